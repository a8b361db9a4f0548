using System.Diagnostics;
using Baton.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace Baton.AspNetCore.WarmingUp;

/// <summary>
/// Sends the requests of the warm-up to every endpoint, within the time limit. In any case all side doors are shut afterwards.
/// </summary>
internal sealed class WarmUpPhase(
    SideDoors doors, PublishedAddresses addresses, GracefulRestartOptions options, AsideLoggers loggers)
    : IReadinessPhase
{
    private readonly ILogger _logger = loggers.CreateLogger("Baton.WarmUp");

    public PhaseName Name => PhaseName.WarmUp;

    public bool HasWork => doors.All.Count > 0;

    public async Task RunAsync(Action<string> report, CancellationToken cancel)
    {
        long begun = Stopwatch.GetTimestamp();
        var run = new WarmUpRun(
            options.WarmUp,
            failure =>
            {
                _logger.WarmUpFailed(failure);
                report(failure);
            },
            _logger.WarmUpLeftOut);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(options.WarmUp.Timeout);
        var sockets = new SocketConnectionContextFactory(new SocketConnectionFactoryOptions(), _logger);
        try
        {
            IEnumerable<SideDoor> chosen = doors.All.Where(d => options.WarmUp.Endpoints(d.EndPoint));
            foreach (SideDoor door in chosen.TakeWhile(_ => !limit.IsCancellationRequested))
            {
                bool tls = addresses.SpeakTls(door.EndPoint);
                var endpoint = new WarmUpEndpoint(door, tls, options.WarmUp.ChoosesEndpoints, options.WarmUp.Host, sockets);
                await run.WarmAsync(endpoint, limit.Token).ConfigureAwait(false);
            }
        }
        finally
        {
            doors.Shut();
            if (run.FirstFailure is null)
            {
                // After a failure a request may still run in the application, and needs the memory of these sockets.
                sockets.Dispose();
            }
        }

        // A warm-up that is not required does not fail the start, even if the ready timeout ended it.
        if (options.WarmUp.Required && run.FirstFailure is not null)
        {
            cancel.ThrowIfCancellationRequested();
            throw new RestartException(
                RestartFailure.SuccessorFailed,
                $"The warm-up failed: {run.FirstFailure}. It is required, so process {Environment.ProcessId} has accepted " +
                    $"nothing, and does not start.");
        }

        _logger.WarmedUp(run.Answered, (long)Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
    }
}
