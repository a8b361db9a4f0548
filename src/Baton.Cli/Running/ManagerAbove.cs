using Baton.Interop;
using Baton.Processes;
using Baton.Systemd;

namespace Baton.Cli.Running;

/// <summary>
/// systemd, where it has started this process as the main one of a unit. It gets the messages of the service, but keeps knowing
/// this process as the main one.
/// </summary>
internal sealed class ManagerAbove(NotifySocket? socket)
{
    // systemd reads at once. Nothing depends on a message that it does not take.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    internal static ManagerAbove Find(IReadOnlyDictionary<string, string> environment) => new(
        environment.GetValueOrDefault(SystemdVariable.NotifySocket) is { Length: > 0 } address
            ? NotifySocket.Parse(address, out _)
            : null);

    /// <summary>Passes a message on, with at most one descriptor, which stays the caller's.</summary>
    internal void Send(string? lines, Descriptor? descriptor = null)
    {
        if (socket is null || lines is null)
        {
            return;
        }

        WaitLimit limit = WaitLimit.After(Limit);
        while (socket.TrySend(lines, descriptor) is Libc.EAGAIN or Libc.ENOBUFS && limit.MillisecondsLeft > 0)
        {
            _ = Poller.Wait(-1, Libc.POLLIN, Interval);
        }
    }

    internal void SendStatus(string text) => Send(Notifier.Status(text));
}
