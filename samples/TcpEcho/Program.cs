// An echo over TCP without a host: each line is answered with the pid, a space and the line.
// A connection stays with its process to its end; new ones go to the new process. See README.md.
using System.Net;
using System.Net.Sockets;
using System.Text;
using Baton;
using Microsoft.Extensions.Logging;

int port = args is ["--port", var number, ..] ? int.Parse(number) : 7000;
using ILoggerFactory logging = LoggerFactory.Create(log => log.AddSimpleConsole(console => console.SingleLine = true));
string pid = Environment.ProcessId.ToString();

// 1. First of all: registers for signals, and begins to take over from the process that is there.
await using var restarter = Restarter.Start(new RestarterOptions
{
    LoggerFactory = logging,
    Probation = TimeSpan.FromSeconds(1),
    DrainTimeout = TimeSpan.FromHours(1), // connections may outlive many restarts
    MaxGenerations = 250,
});

// 2. The predecessor's listener if there is one, else a new one.
Socket listener = restarter.Sockets.Listen(new IPEndPoint(IPAddress.Any, port));
RestartParticipant server = restarter.AddParticipant("echo");

// 3. The predecessor stops accepting; it keeps its connections.
await restarter.ReadyAsync();
await foreach (ServingTerm term in restarter.ServingTermsAsync())
{
    try
    {
        while (true)
        {
            _ = EchoAsync(await server.AcceptAsync(listener, term.Ended));
        }
    }
    catch (OperationCanceledException)
    {
        // 4. Another process accepts now. There is a next term only after a roll back.
    }
}

// 5. All connections have ended, or were cut.
await restarter.Exited;

async Task EchoAsync(AcceptedConnection connection)
{
    using (connection)
    await using (var stream = new NetworkStream(connection.Socket))
    {
        // At a shutdown of the service nobody waits for clients that say nothing.
        using var end = connection.Draining.Register(() =>
        {
            if (restarter.State == ProcessState.ShuttingDown)
            {
                connection.Socket.Shutdown(SocketShutdown.Receive);
            }
        });
        try
        {
            using var lines = new StreamReader(stream);
            while (await lines.ReadLineAsync(connection.Cut) is { } line)
            {
                await stream.WriteAsync(Encoding.UTF8.GetBytes($"{pid} {line}\n"));
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client has gone, or the connection was cut.
        }
    }
}
