using System.Reflection;

namespace Baton.Processes;

/// <summary>The identity of the service, the same in every state.</summary>
/// <param name="name">The name of the service; null for the name of the entry assembly.</param>
/// <param name="program">The program that was started.</param>
/// <param name="startedAt">The start time.</param>
internal sealed class ServiceIdentity(string? name, string program, DateTimeOffset startedAt)
{
    // Lazy: reflection is slow, and the value is not needed at the start.
    private readonly Lazy<string> _version = new(() => VersionOf(Assembly.GetEntryAssembly()));
    private readonly Lazy<string> _name = new(() => name ?? NameOf(Assembly.GetEntryAssembly()));

    internal string Name => _name.Value;

    internal string Version => _version.Value;

    internal string Program => program;

    internal DateTimeOffset StartedAt => startedAt;

    /// <summary>The informational version without the commit after the plus; else the version of the assembly.</summary>
    internal static string VersionOf(Assembly? application)
    {
        string? informational =
            application?.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0];
        return string.IsNullOrEmpty(informational) ? application?.GetName().Version?.ToString(3) ?? "" : informational;
    }

    // The name becomes a file name. An assembly may have any name.
    private static string NameOf(Assembly? application)
    {
        string kept = string.Concat(
            (application?.GetName().Name ?? "").Select(c => char.IsAsciiLetterOrDigit(c)
                || c is '.' or '-' or '_' ? c : '_')).TrimStart('.');
        return kept.Length == 0 ? "service" : kept[..Math.Min(kept.Length, RestarterOptions.LongestName)];
    }
}
