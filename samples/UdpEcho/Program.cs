// An echo over UDP without a host: each datagram is answered with the pid, a space and the datagram.
// Both processes of a restart have the same socket, and one of them reads: no datagram is lost, none is answered twice. See README.md.
using System.Net;
using System.Net.Sockets;
using System.Text;
using Baton;
using Microsoft.Extensions.Logging;

int port = args is ["--port", var number, ..] ? int.Parse(number) : 7001;
using ILoggerFactory logging = LoggerFactory.Create(log => log.AddSimpleConsole(console => console.SingleLine = true));
byte[] buffer = new byte[ushort.MaxValue];
int start = Encoding.ASCII.GetBytes($"{Environment.ProcessId} ", buffer);

// 1. First of all: registers for signals, and begins to take over from the process that is there.
await using var restarter = Restarter.Start(new RestarterOptions
{
    LoggerFactory = logging,
    Probation = TimeSpan.FromSeconds(1),
});

// 2. The predecessor's socket if there is one, with the datagrams that wait in it; else a new one.
Socket socket = restarter.Sockets.Bind(new IPEndPoint(IPAddress.Any, port), new SocketSetup
{
    // Datagrams wait in this buffer while nobody reads, some milliseconds at a restart. The kernel caps it at net.core.rmem_max.
    BeforeBind = s => s.ReceiveBufferSize = 4 * 1024 * 1024,
});

// 3. The predecessor stops reading.
await restarter.ReadyAsync();
await foreach (ServingTerm term in restarter.ServingTermsAsync())
{
    try
    {
        while (true)
        {
            // 4. The end of the term cancels the read. A datagram that was read is answered all the same.
            SocketReceiveFromResult received = await socket.ReceiveFromAsync(
                buffer.AsMemory(start), SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), term.Ended);
            await socket.SendToAsync(buffer.AsMemory(0, start + received.ReceivedBytes), SocketFlags.None, received.RemoteEndPoint);
        }
    }
    catch (OperationCanceledException)
    {
        // 5. Another process reads now. There is a next term only after a roll back.
    }
}
