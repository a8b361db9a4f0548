using System.Diagnostics;
using System.Globalization;
using Baton.Interop;

namespace Baton.Processes;

/// <summary>
/// What a process that <see cref="PlainStart"/> started learns about its predecessor: <c>generation:pid</c> in the environment.
/// The predecessor passes nothing on and is about to end. Anybody can set a variable, so its only effects are the generation
/// number and a limited wait for an address in use.
/// </summary>
internal sealed class CompleteRestart
{
    internal const string Variable = "BATON_COMPLETE";

    /// <summary>
    /// The place of the restart in a trace, as <see cref="TraceContext"/> writes it; absent if it is not traced.
    /// </summary>
    internal const string TraceVariable = "BATON_TRACE";

    private CompleteRestart(int generation, int predecessor) => (Generation, Predecessor) = (generation, predecessor);

    /// <summary>The generation of this process.</summary>
    internal int Generation { get; }

    /// <summary>The process that started this one.</summary>
    internal int Predecessor { get; }

    /// <summary>The place of the restart in a trace; default for none.</summary>
    internal ActivityContext Trace { get; private init; }

    internal static string Format(int generation, int predecessor) =>
        string.Create(CultureInfo.InvariantCulture, $"{generation}:{predecessor}");

    /// <summary>Reads the variables and removes them, so that no process that this one starts gets them.</summary>
    /// <returns>Null if there is none, or it is not valid: this process is a first generation.</returns>
    internal static CompleteRestart? Find()
    {
        string? value = Environment.GetEnvironmentVariable(Variable);
        string? trace = Environment.GetEnvironmentVariable(TraceVariable);
        Environment.SetEnvironmentVariable(Variable, null);
        Environment.SetEnvironmentVariable(TraceVariable, null);
        return value is null ? null : Parse(value, TraceContext.Parse(trace, state: null));
    }

    /// <summary>
    /// Waits until the predecessor has ended, within a limit. A process that does not exist, or is not the parent of this one,
    /// has ended: its pid was reused.
    /// </summary>
    /// <returns>Whether it has ended.</returns>
    internal bool WaitGone(TimeSpan limit)
    {
        if (!Platform.HandoverSupported)
        {
            return WaitGoneByRuntime(Predecessor, limit);
        }

        nint fd = IsParent(Predecessor) ? Libc.syscall(Libc.SYS_pidfd_open, Predecessor, 0, 0, 0, 0) : -1;
        if (fd < 0)
        {
            return true;
        }

        using var pidfd = new Descriptor((int)fd);
        return Poller.Wait(pidfd.Number, Libc.POLLIN, limit);
    }

    /// <summary>The same where there is no pidfd. A reused pid only prolongs the wait.</summary>
    internal static bool WaitGoneByRuntime(int pid, TimeSpan limit)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return process.WaitForExit(limit);
        }
        catch (ArgumentException)
        {
            // There is no such process.
            return true;
        }
    }

    // The predecessor is the parent while it lives (getppid(2)).
    private static CompleteRestart? Parse(string value, ActivityContext trace)
    {
        string[] parts = value.Split(':');
        return parts.Length == 2 && Number(parts[0], out int generation) && Number(parts[1], out int pid)
            && generation > 1 && pid > 0 && pid != Environment.ProcessId
            && (!Platform.HandoverSupported || IsParent(pid) || !Exists(pid))
            ? new CompleteRestart(generation, pid) { Trace = trace }
            : null;
    }

    private static bool Number(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static bool IsParent(int pid) => Libc.getppid() == pid;

    // A process that has ended but is not reaped counts as gone: pidfd_open(2) finds it, and poll(2) reports its end.
    private static bool Exists(int pid)
    {
        nint fd = Libc.syscall(Libc.SYS_pidfd_open, pid, 0, 0, 0, 0);
        if (fd < 0)
        {
            return false;
        }

        using var pidfd = new Descriptor((int)fd);
        return !Poller.Wait(pidfd.Number, Libc.POLLIN, TimeSpan.Zero);
    }
}
