using System.Reflection;

namespace Baton.Processes;

/// <summary>What this process says of itself, in every state the same.</summary>
/// <param name="name">The name of the service; null for that of the entry assembly.</param>
/// <param name="program">What it was started as.</param>
/// <param name="startedAt">When.</param>
internal sealed class ServiceIdentity(string? name, string program, DateTimeOffset startedAt)
{
    // Reflection is slow, and nobody asks while a process starts.
    private readonly Lazy<string> _version = new(() => VersionOf(Assembly.GetEntryAssembly()));
    private readonly Lazy<string> _name = new(() => name ?? NameOf(Assembly.GetEntryAssembly()));

    internal string Name => _name.Value;

    internal string Version => _version.Value;

    internal string Program => program;

    internal DateTimeOffset StartedAt => startedAt;

    /// <summary>
    /// The informational version without the commit, which the SDK puts behind a plus; else the version of the assembly.
    /// </summary>
    internal static string VersionOf(Assembly? application)
    {
        string? informational =
            application?.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0];
        return string.IsNullOrEmpty(informational) ? application?.GetName().Version?.ToString(3) ?? "" : informational;
    }

    // It names a file. An assembly may be called anything.
    private static string NameOf(Assembly? application)
    {
        string kept = string.Concat(
            (application?.GetName().Name ?? "").Select(c => char.IsAsciiLetterOrDigit(c)
                || c is '.' or '-' or '_' ? c : '_')).TrimStart('.');
        return kept.Length == 0 ? "service" : kept[..Math.Min(kept.Length, RestarterOptions.LongestName)];
    }
}
