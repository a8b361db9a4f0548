using System.Globalization;
using System.Net.Sockets;
using Baton;

namespace TestService;

/// <summary>
/// A server that is not Kestrel's, at the unix path of the setting Raw: says its pid, then "drain" when the process drains, and
/// ends each connection when its client does, or when it is cut.
/// </summary>
internal sealed class RawServer(Restarter restarter, string path) : BackgroundService
{
    internal static void AddTo(WebApplicationBuilder builder)
    {
        if (builder.Configuration["Raw"] is { } path)
        {
            builder.Services.AddHostedService(services => new RawServer(services.GetRequiredService<Restarter>(), path));
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Socket listener = restarter.Sockets.Listen(new UnixDomainSocketEndPoint(path));
        RestartParticipant server = restarter.AddParticipant("echo");
        await foreach (ServingTerm term in restarter.ServingTermsAsync(stoppingToken))
        {
            try
            {
                while (true)
                {
                    _ = ServeAsync(await server.AcceptAsync(listener, term.Ended));
                }
            }
            catch (OperationCanceledException)
            {
                // Until this process is to accept again.
            }
        }
    }

    private static async Task ServeAsync(AcceptedConnection connection)
    {
        using (connection)
        await using (var stream = new NetworkStream(connection.Socket))
        {
            try
            {
                await SayAsync(stream, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
                await using CancellationTokenRegistration told = connection.Draining.Register(() => _ = SayAsync(stream, "drain"));
                _ = await stream.ReadAsync(new byte[1], connection.Cut);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // The client has gone, or this work was cut.
            }
        }
    }

    private static Task SayAsync(Stream stream, string line) => stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"{line}\n")).AsTask();
}
