using System.Net.Sockets;
using System.Text;

namespace Baton.ProcessTests.Service;

/// <summary>systemd's end of <c>NOTIFY_SOCKET</c>: what the processes of a service tell it, in order, a datagram a line.</summary>
internal sealed class NotifyListener : IDisposable
{
    private const int LongestDatagram = 4096;
    private readonly TemporaryDirectory _directory = new();
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly Lock _lock = new();
    private readonly List<string> _said = [];

    internal NotifyListener()
    {
        _socket.Bind(new UnixDomainSocketEndPoint(_directory.PathOf("notify")));
        new Thread(Read) { IsBackground = true }.Start();
    }

    /// <summary>A service that believes in it.</summary>
    internal ServiceSetup Setup(TimeSpan probation, params (string Name, string Value)[] variables) => new()
    {
        Probation = probation,
        Environment = variables.Append(("NOTIFY_SOCKET", _directory.PathOf("notify"))).ToDictionary(v => v.Item1, v => v.Item2),
    };

    /// <summary>All but the signs for the watchdog and the store.</summary>
    internal IReadOnlyList<string> Said
    {
        get
        {
            lock (_lock)
            {
                return [.. _said.Where(s => !s.StartsWith("WATCHDOG", StringComparison.Ordinal) && !s.StartsWith("FDSTORE", StringComparison.Ordinal))];
            }
        }
    }

    internal int Count(string beginning)
    {
        lock (_lock)
        {
            return _said.Count(s => s.StartsWith(beginning, StringComparison.Ordinal));
        }
    }

    /// <summary>Waits until something has been said.</summary>
    internal Task HeardAsync(string beginning, int times = 1) => Deadline.UntilAsync(() => Count(beginning) >= times, $"{beginning} among {string.Join(" | ", Said)}");

    public void Dispose()
    {
        _socket.Dispose();
        _directory.Dispose();
    }

    private void Read()
    {
        byte[] buffer = new byte[LongestDatagram];
        try
        {
            while (true)
            {
                int length = _socket.Receive(buffer);
                lock (_lock)
                {
                    _said.Add(Encoding.UTF8.GetString(buffer, 0, length).Replace('\n', ' '));
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
