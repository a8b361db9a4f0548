using Baton.Control;
using Baton.Lifecycle;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Baton.Hosting.Services;

/// <summary>A service has failed.</summary>
/// <param name="service">Which.</param>
/// <param name="exception">By what.</param>
/// <param name="inStart">Whether it did not even start.</param>
internal delegate void TermServiceFailure(TermService service, Exception exception, bool inStart);

/// <summary>
/// Runs one hosted service in the terms of this process: makes and starts an instance when a term begins, stops it when the term
/// ends, and waits until it has ended before there is another one. What it waits for has no limit here: the restart, the drain
/// and the host have theirs.
/// </summary>
/// <param name="registration">The service.</param>
/// <param name="provider">Its container.</param>
/// <param name="gate">Has the terms.</param>
/// <param name="exclusive">Lets one process at a time run it; null if any may.</param>
/// <param name="failed">Told of a service that has failed.</param>
/// <param name="logger">For what happens to it.</param>
internal sealed class TermService(
    TermRegistration registration,
    IServiceProvider provider,
    AcceptGate gate,
    ExclusiveLock? exclusive,
    TermServiceFailure failed,
    ILogger logger)
    : ITermService
{
    // A stranger may have the lock for hours, a process of the same restart for the time in which its services stop.
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private TaskCompletionSource? _running;
    private CancellationTokenSource _cut = new();
    private long _toldAt;
    private volatile string? _waitsFor;
    private IHostedService? _last;

    public string Name { get; private set; } = registration.Type.Name;

    public bool IsExclusive => registration.Kind == ServiceKind.Exclusive;

    public Task Stopped
    {
        get
        {
            lock (_lock)
            {
                return _running?.Task ?? Task.CompletedTask;
            }
        }
    }

    public bool Waits => _waitsFor is not null;

    /// <summary>Since when it was told to stop and has not; null if that is not so.</summary>
    internal TimeSpan? Stopping
    {
        get
        {
            long told = Volatile.Read(ref _toldAt);
            return told == 0 || Stopped.IsCompleted ? null : TimeSpan.FromMilliseconds(Environment.TickCount64 - told);
        }
    }

    /// <summary>Runs it in one term after the other; ends when there will be none.</summary>
    internal async Task RunAsync()
    {
        ServingTerm? term = null;
        while ((term = await gate.EnterTermAsync(term, CancellationToken.None).ConfigureAwait(false)) is not null)
        {
            var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            term.Closing.UnsafeRegister(static s => ((TaskCompletionSource)s!).TrySetResult(), over);
            if (await BeginAsync(term, over.Task).ConfigureAwait(false))
            {
                try
                {
                    await ServeAsync(term, over.Task).ConfigureAwait(false);
                }
                finally
                {
                    End();
                }
            }
        }
    }

    /// <summary>It is to stop without finishing its work.</summary>
    internal void Cut() => _ = _cut.CancelAsync();

    // Counts as running from before it takes the lock: whoever waits for its end must not miss it.
    private async Task<bool> BeginAsync(ServingTerm term, Task over)
    {
        for (TimeSpan pause = TimeSpan.FromMilliseconds(1); ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            lock (_lock)
            {
                if (term.Closing.IsCancellationRequested)
                {
                    _waitsFor = null;
                    return false;
                }

                _running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _cut = new CancellationTokenSource();
                Volatile.Write(ref _toldAt, 0);
            }

            string? problem = exclusive?.TryEnter();
            if (problem is null)
            {
                _waitsFor = null;
                return true;
            }

            Stop();
            if (pause == LongestPause && _waitsFor is null)
            {
                logger.ExclusiveWaits(Name, Environment.ProcessId, problem);
                _waitsFor = problem;
            }

            await Task.WhenAny(over, Task.Delay(pause)).ConfigureAwait(false);
        }
    }

    private void End()
    {
        exclusive?.Leave();
        Stop();
    }

    private void Stop()
    {
        lock (_lock)
        {
            _running!.SetResult();
            _running = null;
        }
    }

    private async Task ServeAsync(ServingTerm term, Task over)
    {
        if (over.IsCompleted)
        {
            return;
        }

        IHostedService service;
        try
        {
            service = registration.Make(provider);
        }
        catch (Exception e)
        {
            failed(this, e, inStart: true);
            return;
        }

        Name = service.GetType().Name;
        await ReplaceAsync(service).ConfigureAwait(false);
        if (await StartAsync(service, term.Closing).ConfigureAwait(false))
        {
            logger.TermServiceStarted(Name, registration.Kind, term.Number);
        }

        Task executing = (service as BackgroundService)?.ExecuteTask ?? Task.CompletedTask;
        if (await Task.WhenAny(over, executing).ConfigureAwait(false) == executing
            && executing is { IsFaulted: true, Exception: { } fault })
        {
            failed(this, fault.InnerException ?? fault, inStart: false);
        }

        await over.ConfigureAwait(false);
        Volatile.Write(ref _toldAt, Environment.TickCount64);
        await StopAsync(service, executing).ConfigureAwait(false);
        logger.TermServiceStopped(Name, Environment.TickCount64 - Volatile.Read(ref _toldAt));
    }

    private async Task<bool> StartAsync(IHostedService service, CancellationToken closing)
    {
        try
        {
            var staged = service as IHostedLifecycleService;
            await (staged?.StartingAsync(closing) ?? Task.CompletedTask).ConfigureAwait(false);
            await service.StartAsync(closing).ConfigureAwait(false);
            await (staged?.StartedAsync(closing) ?? Task.CompletedTask).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (!closing.IsCancellationRequested)
        {
            failed(this, e, inStart: true);
        }
        catch (Exception e)
        {
            // The term has ended before it had started.
            logger.TermServiceStopFailed(e, Name);
        }

        return false;
    }

    private async Task StopAsync(IHostedService service, Task executing)
    {
        CancellationToken cut = _cut.Token;
        try
        {
            var staged = service as IHostedLifecycleService;
            await (staged?.StoppingAsync(cut) ?? Task.CompletedTask).ConfigureAwait(false);
            await service.StopAsync(cut).ConfigureAwait(false);
            await (staged?.StoppedAsync(cut) ?? Task.CompletedTask).ConfigureAwait(false);

            // That of a background service returns when it is cut, but it may still run.
            await executing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (registration.IsOurs)
            {
                await DisposeAsync(service).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            logger.TermServiceStopFailed(e, Name);
            await executing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // A factory may give a new instance for each term; then nobody else disposes the one before.
    private async Task ReplaceAsync(IHostedService service)
    {
        IHostedService? before = _last;
        _last = registration.IsOurs ? null : service;
        if (before is not null && before != service)
        {
            await DisposeAsync(before).ConfigureAwait(false);
        }
    }

    private static async Task DisposeAsync(IHostedService service)
    {
        if (service is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync().ConfigureAwait(false);
        }
        else
        {
            (service as IDisposable)?.Dispose();
        }
    }
}
