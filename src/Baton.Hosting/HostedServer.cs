using Baton.Configuration;
using Baton.Lifecycle;
using Microsoft.Extensions.Logging;

namespace Baton.Hosting;

/// <summary>
/// This host among the servers of the process. Made when the host is built, and disposed with it: the others do not wait for one
/// that will not come, and do not go on without one that was to be there.
/// </summary>
internal sealed class HostedServer(
    Restarter restarter, RegisteredServer server, HostedRestartOptions options, HostedFaults faults, ILoggerFactory loggerFactory)
    : IAsyncDisposable, IDisposable
{
    private readonly ILogger _logger = restarter.Parts.Logger.Aside(loggerFactory.CreateLogger(Log.Category));
    private Stage _stage;

    private enum Stage
    {
        Built,
        Starting,
        Started,
        Ending,
    }

    /// <summary>Who says that the process is to end.</summary>
    private string Speaker => server.IsPlain ? "the host" : server.ToString();

    internal void Start()
    {
        _stage = Stage.Starting;
        server.HasBegun = true;
        restarter.Parts.UseLogger(loggerFactory, server);
        restarter.Parts.Operations.Context.Feed.Subscribe(Handle, reports: false);
        if (OptionConflicts.Find(options, restarter.Parts.Options) is { Length: > 0 } ignored)
        {
            _logger.OptionsIgnored(server.ToString(), Holder(restarter.Parts.Options), string.Join(", ", ignored));
        }
    }

    /// <summary>Reports progress, and which server it is about where there are several.</summary>
    internal void ReportProgress(PhaseName phase, string? detail) =>
        restarter.Parts.ReportProgress(
            phase, server.IsPlain ? detail : detail is null ? server.ToString() : $"{server}: {detail}");

    /// <summary>Completes when the process serves if this was the last server that it waited for; else at once.</summary>
    internal async Task ReadyAsync(CancellationToken cancel)
    {
        if (await restarter.Parts.Servers.ReadyAsync(server).WaitAsync(cancel).ConfigureAwait(false))
        {
            await restarter.Parts.Lifecycle.Start.Ready.WaitAsync(cancel).ConfigureAwait(false);
        }

        _stage = Stage.Started;
    }

    /// <summary>It does not come to serve.</summary>
    internal void Fail(string reason)
    {
        _stage = Stage.Ending;
        restarter.Parts.Operations.Context.Feed.Unsubscribe(Handle);
        restarter.Parts.Servers.Fail(server, reason);
    }

    /// <summary>
    /// The host has not started: the exception came from any of its services. A start that was cut short by a shutdown has its
    /// reason already.
    /// </summary>
    internal void StartFailed(Exception exception)
    {
        if (_stage is Stage.Built or Stage.Starting)
        {
            // A background service that fails stops the host, and that cancels the start.
            string reason = faults.Describe() ?? restarter.Parts.Describe(exception);
            restarter.Parts.StartFailed(reason);
            Fail(reason);
        }
        else if (_stage == Stage.Ending && !restarter.Parts.Lifecycle.Start.Ready.IsCompleted)
        {
            restarter.Parts.StartFailed(restarter.Parts.Describe(exception));
        }
    }

    /// <summary>
    /// Ends the process's work, of which this server is a part: completes when that is done, also for the other servers.
    /// </summary>
    internal Task LeaveAsync(CancellationToken cancel)
    {
        _stage = Stage.Ending;
        return restarter.Parts.LeaveAsync(RestartTrigger.OfHost(Speaker), faults.Describe(), cancel);
    }

    /// <summary>
    /// Where the application waits for the end of another server only, nobody would stop this one. A start that is cut short has
    /// its own end.
    /// </summary>
    internal void AskedToStop()
    {
        if (_stage == Stage.Started)
        {
            _ = LeaveAsync(CancellationToken.None);
        }
    }

    /// <summary>All its services have stopped.</summary>
    internal void End()
    {
        restarter.Parts.Operations.Context.Feed.Unsubscribe(Handle);
        bool several = !server.IsPlain;
        if (restarter.Parts.Servers.Leave(server))
        {
            _logger.ServersShutDown(several ? "all servers" : "server");
        }
    }

    public void Dispose() => _ = DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        restarter.Parts.Operations.Context.Feed.Unsubscribe(Handle);
        switch (_stage)
        {
            case Stage.Built:
                restarter.Parts.Servers.Leave(server);
                break;
            case Stage.Starting:
                Fail("it was disposed before it had started; its own log says why");
                break;
            case Stage.Started when !restarter.Parts.Lifecycle.Start.Ready.IsCompleted:
                // As where an exception of another server's start leaves the block that both are disposed with.
                Fail("it was disposed before the process served");
                break;
            case Stage.Started:
                _stage = Stage.Ending;
                Task left = restarter.Parts.LeaveAsync(
                    RestartTrigger.OfHost(Speaker, disposed: true), fault: null, CancellationToken.None);
                if (restarter.Parts.Servers.Leave(server))
                {
                    // It was not stopped before, so this is the end of the work; a host that is made next is to find it ended.
                    // What hangs is ended by the limits of the process.
                    await Task.WhenAny(left, Task.Delay(restarter.Parts.Options.ExitTimeout)).ConfigureAwait(false);
                }

                break;
        }
    }

    private static string Holder(RestarterOptions holding) =>
        holding is not HostedRestartOptions host ? "Restarter.Start"
        : host.ServerName is { } name ? $"server {name}" : "the first server";

    // On the control loop.
    private void Handle(LifecycleEvent happened)
    {
        if (happened is LifecycleEvent.RestartBegun)
        {
            _logger.ServerRestarting(server.ToString());
        }
    }
}
