using System.Globalization;
using Baton.Interop;
using Baton.Lifecycle;
using Baton.Processes;
using Microsoft.Extensions.Logging;

namespace Baton.Systemd;

/// <summary>
/// Tells the service manager things, in order, and never waits for it: what it has no room for now is sent a little later. What
/// goes wrong is logged once; the service is worth more than what is said about it. Lives on the control loop. Owns the
/// descriptors of what is still to be sent.
/// </summary>
internal sealed class Notifier(Func<string, Descriptor?, int> trySend, ControlLoop loop, ILogger logger)
{
    // A manager that takes nothing for so long does not watch this service.
    private const int MostPending = 256;
    private const int LongestStatus = 300;
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(20);

    private readonly LinkedList<Message> _pending = new();
    private bool _waiting;
    private bool _failed;

    /// <summary>Says how the service does, in words for people; the newest replaces one that was not sent yet.</summary>
    internal void SendStatus(string status)
    {
        if (_pending.Last?.Value is { IsStatus: true })
        {
            _pending.RemoveLast();
        }

        Send(new Message(Status(status), IsStatus: true));
    }

    /// <summary>Sends one datagram: its lines, as of sd_notify(3).</summary>
    internal void Send(params IEnumerable<string> lines) => Send(new Message(string.Join('\n', lines)));

    /// <summary>Sends one datagram if there is room for it now, and nothing that has to be sent before.</summary>
    internal bool TrySendNow(string line) => _pending.Count == 0 && trySend(line, null) == 0;

    /// <summary>Sends one datagram with a descriptor, which is the notifier's from now on.</summary>
    internal void Send(Descriptor descriptor, params IEnumerable<string> lines) =>
        Send(new Message(string.Join('\n', lines), descriptor));

    /// <summary>The line of a status: one line, bounded, without control characters.</summary>
    internal static string Status(string text) => "STATUS=" + Printable.Line(text, LongestStatus);

    /// <summary>The line of a number.</summary>
    internal static string Line(string name, long number) => string.Create(CultureInfo.InvariantCulture, $"{name}={number}");

    private void Send(Message message)
    {
        if (_pending.Count >= MostPending)
        {
            Fail("it has taken nothing for a long time");
            message.Descriptor?.Dispose();
            return;
        }

        _pending.AddLast(message);
        if (!_waiting)
        {
            Flush();
        }
    }

    private void Flush()
    {
        _waiting = false;
        while (_pending.First?.Value is { } message)
        {
            int error = trySend(message.Text, message.Descriptor);
            if (error is Libc.EAGAIN or Libc.ENOBUFS)
            {
                _waiting = true;
                loop.Schedule(RetryInterval, Flush);
                return;
            }

            if (error != 0)
            {
                Fail(Libc.Describe(error));
            }

            _pending.RemoveFirst();
            message.Descriptor?.Dispose();
        }
    }

    private void Fail(string reason)
    {
        if (!_failed)
        {
            _failed = true;
            logger.NotifyFailed(reason);
        }
    }

    private sealed record Message(string Text, Descriptor? Descriptor = null, bool IsStatus = false);
}
