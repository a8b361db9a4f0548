using Baton.Configuration;
using Baton.Lifecycle;
using Microsoft.Extensions.Logging;

namespace Baton.Hosting;

/// <summary>
/// This host as one of the process's servers. Created when the host is built, and disposed with it: other servers do not wait for
/// a host that will not come.
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

    /// <summary>The name of this host in messages.</summary>
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

    /// <summary>Reports progress, with the server's name if there are several.</summary>
    internal void ReportProgress(PhaseName phase, string? detail) =>
        restarter.Parts.ReportProgress(
            phase, server.IsPlain ? detail : detail is null ? server.ToString() : $"{server}: {detail}");

    /// <summary>Completes when the process serves, if this was the last server that it waited for; otherwise at once.</summary>
    internal async Task ReadyAsync(CancellationToken cancel)
    {
        if (await restarter.Parts.Servers.ReadyAsync(server).WaitAsync(cancel).ConfigureAwait(false))
        {
            await restarter.Parts.Lifecycle.Start.Ready.WaitAsync(cancel).ConfigureAwait(false);
        }

        _stage = Stage.Started;
    }

    /// <summary>The server will not serve.</summary>
    internal void Fail(string reason)
    {
        _stage = Stage.Ending;
        restarter.Parts.Operations.Context.Feed.Unsubscribe(Handle);
        restarter.Parts.Servers.Fail(server, reason);
    }

    /// <summary>
    /// The host failed to start: the exception came from any of its services. A start that a shutdown ended has its reason
    /// already.
    /// </summary>
    internal void StartFailed(Exception exception)
    {
        if (_stage is Stage.Built or Stage.Starting)
        {
            // A background service that fails stops the host, which cancels the start.
            string reason = faults.Describe() ?? restarter.Parts.Describe(exception);
            restarter.Parts.StartFailed(reason);
            Fail(reason);
        }
        else if (_stage == Stage.Ending && !restarter.Parts.Lifecycle.Start.Ready.IsCompleted)
        {
            restarter.Parts.StartFailed(restarter.Parts.Describe(exception));
        }
    }

    /// <summary>Ends the work of the whole process; completes when it is done, also for other servers.</summary>
    internal Task LeaveAsync(CancellationToken cancel)
    {
        _stage = Stage.Ending;
        return restarter.Parts.LeaveAsync(RestartTrigger.OfHost(Speaker), faults.Describe(), cancel);
    }

    /// <summary>
    /// If the application only waits for another server's end, nobody would stop this one. A start that is cut short has its own
    /// end.
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
                // For example an exception of another server's start leaves the block that disposes both.
                Fail("it was disposed before the process served");
                break;
            case Stage.Started:
                _stage = Stage.Ending;
                Task left = restarter.Parts.LeaveAsync(
                    RestartTrigger.OfHost(Speaker, disposed: true), fault: null, CancellationToken.None);
                if (restarter.Parts.Servers.Leave(server))
                {
                    // It was not stopped before, so this ends the work. A host that is created next must find it ended.
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
