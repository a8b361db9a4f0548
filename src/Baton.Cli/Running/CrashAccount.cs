using Baton.Cli.CommandLine;
using Baton.Processes;

namespace Baton.Cli.Running;

/// <summary>The end of the last process of a service that could serve.</summary>
/// <param name="Pid">The process; 0 if none could be started.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Lived">The time since the service began to serve, or was started.</param>
/// <param name="Served">Whether it has served.</param>
/// <param name="HasBaton">Whether it is a program with Baton.</param>
/// <param name="IsStopping">Whether it has said that it shuts down.</param>
/// <param name="StopAsked">Whether this program was asked to stop.</param>
internal readonly record struct ServiceEnd(
    int Pid, ExitStatus Status, TimeSpan Lived, bool Served, bool HasBaton, bool IsStopping, bool StopAsked)
{
    private const int OfSignals = 128;

    /// <summary>The exit code that tells it.</summary>
    internal int ExitCode => Status.Code
        ?? (Status.Signal is { } signal ? OfSignals + signal
            : IsStopping ? CommandLine.ExitCode.Done
            : CommandLine.ExitCode.Failed);

    /// <summary>The same as text.</summary>
    public override string ToString() => Pid == 0 ? "The service can't be started" : Wording.Say($"Process {Pid} {Status}");

    /// <summary>Whether somebody asked for it. A service that says that it shuts down may still crash in the middle.</summary>
    internal bool WasAsked => StopAsked && (IsStopping || !HasBaton || (Status.Signal is { } signal && IsStopSignal(signal)));

    internal bool IsCrash => Status.Code != 0
        && !(IsStopping && (Status == ExitStatus.Unknown || Status.Code == CommandLine.ExitCode.WorkCut));

    private static bool IsStopSignal(int signal) =>
        signal is SignalNumber.SIGTERM or SignalNumber.SIGINT or SignalNumber.SIGQUIT;
}

/// <summary>Counts crashes in a row, and says whether and when the service is started again. Not thread-safe.</summary>
internal sealed class CrashAccount(RunOptions options)
{
    private int _crashes;
    private bool _hasServed;

    /// <summary>Counts an end.</summary>
    /// <returns>The time until the next start, null for none; and what people are told, empty for nothing.</returns>
    internal (TimeSpan? Delay, string Words) Count(ServiceEnd end)
    {
        _hasServed |= end.Served;
        _crashes = end.Served && end.Lived >= options.ResetAfter ? 1 : _crashes + 1;
        bool wanted = options.Restart == RestartPolicy.Always || (options.Restart == RestartPolicy.OnFailure && end.IsCrash);
        if (end.WasAsked || (!wanted && !end.IsCrash))
        {
            return (null, "");
        }

        string? why = !wanted ? ", as --restart never says"
            : options.Restart != RestartPolicy.Always && !_hasServed ? ", since it has never served"
            : options.GiveUp > 0 && _crashes >= options.GiveUp ? Wording.Say($" after {_crashes} crashes in a row")
            : null;
        if (why is not null)
        {
            return (null, $"{end}; it is not started again{why}");
        }

        TimeSpan delay = options.DelayAfter(_crashes);
        return (delay, $"{end}; it is started again {(delay == TimeSpan.Zero ? "at once" : $"in {Wording.Of(delay)}")}");
    }
}
