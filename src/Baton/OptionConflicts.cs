using System.Globalization;

namespace Baton;

/// <summary>The options that a process has once, however many servers it has; the first one's hold.</summary>
internal static class OptionConflicts
{
    /// <summary>What is the process's, as text that is the same for the same value.</summary>
    internal static (string Name, Func<RestarterOptions, string> Value)[] All { get; } =
    [
        (nameof(RestarterOptions.ReadyTimeout), static o => Text(o.ReadyTimeout)),
        (nameof(RestarterOptions.LaterServerTimeout), static o => Text(o.LaterServerTimeout)),
        (nameof(RestarterOptions.DrainTimeout), static o => Text(o.DrainTimeout)),
        (nameof(RestarterOptions.ShutdownIdleGrace), static o => Text(o.ShutdownIdleGrace)),
        (nameof(RestarterOptions.AcceptDuringShutdownIdleGrace), static o => o.AcceptDuringShutdownIdleGrace ? "true" : "false"),
        (nameof(RestarterOptions.Probation), static o => Text(o.Probation)),
        (nameof(RestarterOptions.HeartbeatTimeout), static o => Text(o.HeartbeatTimeout)),
        (nameof(RestarterOptions.HandshakeTimeout), static o => Text(o.HandshakeTimeout)),
        (nameof(RestarterOptions.ExitTimeout), static o => Text(o.ExitTimeout)),
        (nameof(RestarterOptions.CrashDumpTimeout), static o => Text(o.CrashDumpTimeout)),
        (nameof(RestarterOptions.HookTimeout), static o => Text(o.HookTimeout)),
        (nameof(RestarterOptions.MaxGenerations), static o => Text(o.MaxGenerations)),
        (nameof(RestarterOptions.RestartsRemembered), static o => Text(o.RestartsRemembered)),
        (nameof(RestarterOptions.Strategy), static o => o.Strategy.ToString()),
        (nameof(RestarterOptions.PidFile), static o => Text(o.PidFile)),
        (nameof(RestarterOptions.AllowedProgramDirectories), static o => Text(o.AllowedProgramDirectories)),
        (nameof(RestarterOptions.CheckArguments), static o => Text(o.CheckArguments)),
        (nameof(RestarterOptions.CheckTimeout), static o => Text(o.CheckTimeout)),
        (nameof(RestarterOptions.Signals), static o => o.Signals.ToString()),
        (nameof(RestarterOptions.Hooks), static o => o.Hooks.HasAny ? "some" : "none"),
        (nameof(RestarterOptions.Name), static o => Text(o.Name)),
        (nameof(RestarterOptions.ControlSocket), static o => o.ControlSocket ? "true" : "false"),
        (nameof(RestarterOptions.ControlDirectory), static o => Text(o.ControlDirectory)),
        (nameof(RestarterOptions.ControlTimeout), static o => Text(o.ControlTimeout)),
        (nameof(RestarterOptions.MaxControlConnections), static o => Text(o.MaxControlConnections)),
    ];

    /// <summary>What a later server wants otherwise. What it leaves at its default is no wish.</summary>
    /// <param name="later">The options of the later server.</param>
    /// <param name="holding">The options that hold.</param>
    /// <returns>Such as <c>DrainTimeout (00:00:05 instead of 00:01:00)</c>.</returns>
    internal static string[] Find(RestarterOptions later, RestarterOptions holding)
    {
        if (ReferenceEquals(later, holding))
        {
            return [];
        }

        var defaults = new RestarterOptions();
        return
        [
            .. from option in All
               let wanted = option.Value(later)

               // Hooks are compared with nothing: they are code, and those of a later server are never called.
               where wanted != option.Value(defaults) && (wanted != option.Value(holding) || option.Name == nameof(RestarterOptions.Hooks))
               select option.Name == nameof(RestarterOptions.Hooks) ? option.Name : $"{option.Name} ({wanted} instead of {option.Value(holding)})",
        ];
    }

    private static string Text(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? "infinite" : time.ToString("c", CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(string? text) => text is null ? "none" : $"\"{text}\"";

    private static string Text(IEnumerable<string> words) => $"[{string.Join(", ", words.Select(w => $"\"{w}\""))}]";
}
