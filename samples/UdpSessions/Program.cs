// UDP with sessions: a client stays with the process that it began with, over restarts, as long as its session lives.
// Each peer has a connected socket on the same port, and the kernel prefers that one. See README.md for what it guarantees.
using System.Net;
using System.Net.Sockets;
using System.Text;
using Baton;
using Microsoft.Extensions.Logging;

const int SoReuseAddress = 2; // SO_REUSEADDR of Linux
int port = args is ["--port", var number, ..] ? int.Parse(number) : 7002;
var idle = TimeSpan.FromSeconds(args is [_, _, "--idle", var seconds] ? int.Parse(seconds) : 30);
using ILoggerFactory logging = LoggerFactory.Create(log => log.AddSimpleConsole(console => console.SingleLine = true));
string pid = Environment.ProcessId.ToString();
var any = new IPEndPoint(IPAddress.Any, 0);
Dictionary<EndPoint, Session> sessions = [];

await using var restarter = Restarter.Start(new RestarterOptions
{
    LoggerFactory = logging,
    Probation = TimeSpan.FromSeconds(1),
    DrainTimeout = TimeSpan.FromHours(1), // sessions may outlive many restarts
    MaxGenerations = 250,
});

// 1. The socket for peers without a session goes over. Those of the sessions do not: they belong to this process.
var address = new IPEndPoint(IPAddress.Any, port);
Socket main = restarter.Sockets.Bind(address, new SocketSetup { BeforeBind = AllowSessions });
RestartParticipant work = restarter.AddParticipant("session");
await restarter.ReadyAsync();
await foreach (ServingTerm term in restarter.ServingTermsAsync())
{
    byte[] buffer = new byte[ushort.MaxValue];
    try
    {
        while (true)
        {
            SocketReceiveFromResult received = await main.ReceiveFromAsync(buffer, SocketFlags.None, any, term.Ended);
            Handle(received.RemoteEndPoint, buffer.AsMemory(0, received.ReceivedBytes));
        }
    }
    catch (OperationCanceledException)
    {
        // 2. What is left in the socket is the next process's. This one goes on with its sessions.
    }
}

await restarter.Exited;

// A peer that has no session yet gets one. What came before its socket was connected is answered through that one too.
void Handle(EndPoint peer, ReadOnlyMemory<byte> datagram)
{
    lock (sessions)
    {
        Session session = sessions.TryGetValue(peer, out Session? known) ? known : sessions[peer] = Begin(peer);
        session.Socket.Send(Encoding.UTF8.GetBytes($"{pid} {++session.Count} {Encoding.UTF8.GetString(datagram.Span)}"));
    }
}

Session Begin(EndPoint peer)
{
    var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    AllowSessions(socket);
    socket.Bind(address);
    socket.Connect(peer);
    var session = new Session(socket);
    _ = ServeAsync(peer, session, work.Begin());
    return session;
}

async Task ServeAsync(EndPoint peer, Session session, IDisposable open)
{
    using (open)
    using (session.Socket)
    {
        byte[] buffer = new byte[ushort.MaxValue];
        try
        {
            while (true)
            {
                using var limit = new CancellationTokenSource(idle);

                // 3. Between bind and connect the kernel may have given this socket datagrams of other peers: they are handled too.
                SocketReceiveFromResult received = await session.Socket.ReceiveFromAsync(buffer, SocketFlags.None, any, limit.Token);
                Handle(received.RemoteEndPoint, buffer.AsMemory(0, received.ReceivedBytes));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // 4. Idle, or the peer is gone: its next datagram reaches the process that serves then.
            lock (sessions)
            {
                sessions.Remove(peer);
            }
        }
    }
}

// All sockets of the port need it, and belong to one user.
static void AllowSessions(Socket socket) => socket.SetRawSocketOption(1, SoReuseAddress, BitConverter.GetBytes(1));

internal sealed record Session(Socket Socket)
{
    public int Count { get; set; }
}
