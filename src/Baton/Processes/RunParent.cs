using System.Globalization;
using Baton.Interop;

namespace Baton.Processes;

/// <summary>
/// The command <c>baton run</c> as the parent of all generations. It tells them by a variable, <c>pid:start</c>: the time of its
/// start tells it from another process that got its pid. Anybody can set the variable, who then is told what systemd would be.
/// </summary>
internal sealed class RunParent
{
    internal const string Variable = "BATON_RUN";

    private volatile bool _isGone;

    private RunParent(int pid) => Pid = pid;

    internal int Pid { get; }

    /// <summary>Whether it has ended; from any thread.</summary>
    internal bool IsGone => _isGone;

    /// <summary>Whether it has started this process itself.</summary>
    internal bool IsParent => !_isGone && Libc.getppid() == Pid;

    /// <summary>The value of the variable for a process that this one starts; null if /proc does not show this one.</summary>
    internal static string? Describe() => DiagnosticFiles.KeyOf(Environment.ProcessId) is { } start
        ? string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}:{start}")
        : null;

    /// <summary>Reads the variable and removes it: successors get it with their start command.</summary>
    /// <returns>Null for none. One that has ended before was told by an older generation.</returns>
    internal static RunParent? Find()
    {
        if (!Platform.HandoverSupported)
        {
            return null;
        }

        string? told = Environment.GetEnvironmentVariable(Variable);
        Environment.SetEnvironmentVariable(Variable, null);
        return told?.Split(':') is [var first, var start]
            && int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
            && pid > 0
            ? new RunParent(pid) { _isGone = DiagnosticFiles.KeyOf(pid) != start }
            : null;
    }

    /// <summary>Calls back once, on a thread of its own, when it ends.</summary>
    internal void WhenGone(Action gone)
    {
        if (_isGone)
        {
            return;
        }

        var process = WatchedProcess.Watch(Pid);
        if (process.PidfdNumber < 0)
        {
            // Without a descriptor its end is not noticed. The service does not depend on it.
            return;
        }

        OwnThread.Start("baton-run-watch", () =>
        {
            process.EndsWithin(Timeout.InfiniteTimeSpan);
            process.Dispose();
            _isGone = true;
            gone();
        });
    }
}
