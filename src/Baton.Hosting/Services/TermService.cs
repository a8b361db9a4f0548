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
/// Runs one hosted service in the terms of this process: creates and starts an instance when a term begins, stops it when the
/// term ends, and waits for its end before the next one. These waits have no limit here: the restart, the drain and the host have
/// theirs.
/// </summary>
/// <param name="registration">The service.</param>
/// <param name="provider">Its container.</param>
/// <param name="gate">Provides the terms.</param>
/// <param name="exclusive">Lets one process at a time run it; null if any process may.</param>
/// <param name="failed">Called when the service fails.</param>
/// <param name="logger">The log.</param>
internal sealed class TermService(
    TermRegistration registration,
    IServiceProvider provider,
    AcceptGate gate,
    ExclusiveLock? exclusive,
    TermServiceFailure failed,
    ILogger logger)
    : ITermService
{
    // An unrelated process may have the lock for hours, a process of the same restart while its services stop.
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    // A broker or a database may be away for a moment; a library that can't be started twice stays so.
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private TaskCompletionSource? _running;
    private CancellationTokenSource _cut = new();
    private long _toldAt;
    private volatile string? _waitsFor;
    private IHostedService? _last;
    private bool _hasRun;

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

    public string? WaitsFor => _waitsFor;

    /// <summary>When it was told to stop, if it has not; else null.</summary>
    internal TimeSpan? Stopping
    {
        get
        {
            long told = Volatile.Read(ref _toldAt);
            return told == 0 || Stopped.IsCompleted ? null : TimeSpan.FromMilliseconds(Environment.TickCount64 - told);
        }
    }

    /// <summary>Runs it in each term; ends after the last one.</summary>
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

    /// <summary>Tells it to stop without finishing its work.</summary>
    internal void Cut() => _ = _cut.CancelAsync();

    // Counts as running from before it takes the lock, so that a wait for its end cannot miss it.
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

    // One that has never run belongs to the start: if it fails, so does the release. Later it must not end the process, which is
    // back because its successor was bad: nobody else is there.
    private async Task ServeAsync(ServingTerm term, Task over)
    {
        TimeSpan pause = FirstRetry;
        while (!over.IsCompleted && await ServeOnceAsync(term, over).ConfigureAwait(false) is { } problem)
        {
            Volatile.Write(ref _toldAt, 0);
            logger.TermServiceStartsLater(problem, Name, pause);
            await Task.WhenAny(over, Task.Delay(pause)).ConfigureAwait(false);
            pause = pause * 2 < LongestRetry ? pause * 2 : LongestRetry;
        }
    }

    /// <returns>Why it has to be tried again.</returns>
    private async Task<Exception?> ServeOnceAsync(ServingTerm term, Task over)
    {
        IHostedService service;
        try
        {
            service = registration.Make(provider);
        }
        catch (Exception e)
        {
            return Again(e);
        }

        Name = service.GetType().Name;
        await ReplaceAsync(service).ConfigureAwait(false);
        Exception? problem = await StartAsync(service, term).ConfigureAwait(false);
        Task executing = (service as BackgroundService)?.ExecuteTask ?? Task.CompletedTask;
        if (problem is null)
        {
            if (await Task.WhenAny(over, executing).ConfigureAwait(false) == executing
                && executing is { IsFaulted: true, Exception: { } fault })
            {
                failed(this, fault.InnerException ?? fault, inStart: false);
            }

            await over.ConfigureAwait(false);
        }

        Volatile.Write(ref _toldAt, Environment.TickCount64);
        await StopAsync(service, executing).ConfigureAwait(false);
        logger.TermServiceStopped(Name, Environment.TickCount64 - Volatile.Read(ref _toldAt));
        return problem;
    }

    /// <returns>Why it has to be tried again.</returns>
    private async Task<Exception?> StartAsync(IHostedService service, ServingTerm term)
    {
        CancellationToken closing = term.Closing;
        try
        {
            var staged = service as IHostedLifecycleService;
            await (staged?.StartingAsync(closing) ?? Task.CompletedTask).ConfigureAwait(false);
            await service.StartAsync(closing).ConfigureAwait(false);
            await (staged?.StartedAsync(closing) ?? Task.CompletedTask).ConfigureAwait(false);
            _hasRun = true;
            logger.TermServiceStarted(Name, registration.Kind, term.Number);
        }
        catch (Exception e) when (!closing.IsCancellationRequested)
        {
            return Again(e);
        }
        catch (Exception e)
        {
            // The term has ended before it had started.
            logger.TermServiceStopFailed(e, Name);
        }

        return null;
    }

    /// <returns>The exception, if the service has to be tried again; else the host ends by it.</returns>
    private Exception? Again(Exception exception)
    {
        if (_hasRun)
        {
            return exception;
        }

        failed(this, exception, inStart: true);
        return null;
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

            // StopAsync of a background service returns when it is cut, but the service may still run.
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

    // A factory may create a new instance for each term; nobody else disposes the previous one.
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
