using System.Globalization;
using System.Runtime.InteropServices;
using Baton;

namespace TestService;

/// <summary>
/// Files that are passed on by name, as many as <c>--Handles</c> says: taken from the predecessor, else opened. A process with the behaviour
/// <c>leave-handles</c> takes none.
/// </summary>
internal static class Handles
{
    internal static void MapHandles(this WebApplication app, Behaviour behaviour)
    {
        if (app.Configuration.GetValue<int?>("Handles") is not { } count)
        {
            return;
        }

        HandleRegistry registry = Restarter.Default!.Handles;
        bool isFirst = registry.Untaken.Count == 0;
        var files = new Dictionary<string, SafeHandle>();
        for (int i = 0; i < count; i++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"file {i}");
            if (behaviour.Has("leave-handles"))
            {
                continue;
            }

            if (registry.Take(name) is { } taken)
            {
                files[name] = taken;
            }
            else if (isFirst)
            {
                files[name] = File.OpenHandle("/proc/self/stat");
                registry.Pass(name, files[name]);
            }
        }

        app.MapGet("/handles", () => string.Create(CultureInfo.InvariantCulture, $"{files.Count} {registry.Untaken.Count} {Restarter.Default!.Status.UntakenHandles.Count}"));
        app.MapGet("/close-handle", (string name) =>
        {
            files.Remove(name, out SafeHandle? file);
            file!.Dispose();
            return "closed";
        });
    }
}
