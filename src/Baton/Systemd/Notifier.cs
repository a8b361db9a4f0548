using System.Globalization;
using Baton.Interop;
using Baton.Lifecycle;
using Baton.Processes;
using Microsoft.Extensions.Logging;

namespace Baton.Systemd;

/// <summary>
/// Sends messages to the service manager, in order and without waiting: messages that it has no room for are sent later. Failures
/// are logged once; they never fail the service. Lives on the control loop. Owns the descriptors of waiting messages.
/// </summary>
internal sealed class Notifier(Func<string, Descriptor?, int> trySend, ControlLoop loop, ILogger logger)
{
    // A manager that takes nothing for this long does not watch this service.
    private const int MostPending = 256;
    private const int LongestStatus = 300;
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(20);

    private readonly LinkedList<Message> _pending = new();
    private bool _waiting;
    private bool _failed;

    /// <summary>Sets the status text. A newer text replaces one that was not sent yet.</summary>
    internal void SendStatus(string status)
    {
        if (_pending.Last?.Value is { IsStatus: true })
        {
            _pending.RemoveLast();
        }

        Send(new Message(Status(status), IsStatus: true));
    }

    /// <summary>Sends one datagram with these lines, see sd_notify(3).</summary>
    internal void Send(params IEnumerable<string> lines) => Send(new Message(string.Join('\n', lines)));

    /// <summary>Sends one datagram if there is room now and no message waits before it.</summary>
    internal bool TrySendNow(string line) => _pending.Count == 0 && trySend(line, null) == 0;

    /// <summary>Sends one datagram with a descriptor, which the notifier owns from now on.</summary>
    internal void Send(Descriptor descriptor, params IEnumerable<string> lines) =>
        Send(new Message(string.Join('\n', lines), descriptor));

    /// <summary>The status as a line: one line, of limited length, without control characters.</summary>
    internal static string Status(string text) => "STATUS=" + Printable.Line(text, LongestStatus);

    /// <summary>A number as a line.</summary>
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
