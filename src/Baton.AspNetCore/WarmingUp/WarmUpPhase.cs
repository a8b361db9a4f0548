using System.Diagnostics;
using Baton.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace Baton.AspNetCore.WarmingUp;

/// <summary>Sends the requests of the warm-up to every endpoint, within its time. Whatever comes of it, all side doors are shut afterwards.</summary>
internal sealed class WarmUpPhase(SideDoors doors, PublishedAddresses addresses, GracefulRestartOptions options, AsideLoggers loggers) : IReadinessPhase
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
            foreach (SideDoor door in doors.All.Where(d => options.WarmUp.Endpoints(d.EndPoint)).TakeWhile(_ => !limit.IsCancellationRequested))
            {
                await run.WarmAsync(new WarmUpEndpoint(door, addresses.SpeakTls(door.EndPoint), options.WarmUp.ChoosesEndpoints, options.WarmUp.Host, sockets), limit.Token).ConfigureAwait(false);
            }
        }
        finally
        {
            doors.Shut();
            if (run.FirstFailure is null)
            {
                // Else a request may hang on in the application, and still needs the memory that this lends.
                sockets.Dispose();
            }
        }

        // What is not required does not fail a start because the ready timeout has cut it short either.
        if (options.WarmUp.Required && run.FirstFailure is not null)
        {
            cancel.ThrowIfCancellationRequested();
            throw new RestartException(
                RestartFailure.SuccessorFailed, $"The warm-up failed: {run.FirstFailure}. It is required, so process {Environment.ProcessId} has accepted nothing, and does not start.");
        }

        _logger.WarmedUp(run.Answered, (long)Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
    }
}
