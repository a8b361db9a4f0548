using System.Globalization;
using RestartLoad.Measuring;
using RestartLoad.Modes;
using RestartLoad.Releases;
using RestartLoad.Restarts;

namespace RestartLoad.Load;

/// <summary>
/// One run from the start of the service to its stop. Whatever goes wrong ends up in the <see cref="RunState"/>.
/// </summary>
internal sealed class LoadRun(LoadSettings settings, RunState state, IRestartObserver observer)
{
    public async Task RunAsync(CancellationToken interrupt)
    {
        List<LoadMode> modes =
            [.. settings.Modes.Select(mode => ModeCatalog.Create(mode, settings.Endpoints, settings.Workload, settings.Scale))];
        using ServiceProcess? service =
            settings.Command.Count > 0 ? ServiceProcess.Start(settings.Command, settings.ServiceLog) : null;
        try
        {
            if (service is null || await AnswersAsync(service, modes, interrupt))
            {
                await LoadAsync(modes, interrupt);
            }
        }
        catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
        {
            state.AddProblem("The run was interrupted.");
        }
        finally
        {
            await DisposeAsync(modes);
            if (service is not null)
            {
                await StopAsync(service);
            }
        }
    }

    /// <summary>
    /// Waits until every mode has had an answer of the service that was just started; these requests are not counted.
    /// </summary>
    private async Task<bool> AnswersAsync(ServiceProcess service, List<LoadMode> modes, CancellationToken interrupt)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(interrupt);
        limit.CancelAfter(settings.ServiceTimeout);
        try
        {
            await Task.WhenAll(modes.Select(mode => FirstAnswerAsync(service, mode, limit.Token)));
            return true;
        }
        catch (Exception exception) when (!interrupt.IsCancellationRequested)
        {
            state.AddProblem($"The service did not answer every mode within {settings.ServiceTimeout.TotalSeconds:0.#} s: "
                + $"{exception.Message} Its output is in {service.LogPath}.");
            return false;
        }
    }

    private async Task FirstAnswerAsync(ServiceProcess service, LoadMode mode, CancellationToken cancellation)
    {
        TimeSpan pause = TimeSpan.FromMilliseconds(50);
        RequestFailedException? last = null;
        try
        {
            while (!service.HasExited)
            {
                await using IRequester requester = mode.CreateRequester(0);
                try
                {
                    state.Answers.Observe(await requester.RequestAsync(cancellation), state.Clock.Now);
                    return;
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    last = FailureClassifier.Classify(exception);
                }

                await Task.Delay(pause, cancellation);
            }
        }
        catch (OperationCanceledException) when (last is not null)
        {
            throw new InvalidOperationException($"{mode.Name}: {last.Message}.");
        }

        throw new InvalidOperationException("It exited.");
    }

    private async Task LoadAsync(List<LoadMode> modes, CancellationToken interrupt)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(interrupt);
        Task load = Task.WhenAll(
            modes.Select(mode => new ModeRunner(mode, state, settings.RequestTimeout).RunAsync(stop.Token, interrupt)));
        try
        {
            await FollowPlanAsync(interrupt);
        }
        finally
        {
            await stop.CancelAsync();
            await load;
        }

        if (state.Totals().Requests == 0)
        {
            state.AddProblem("No request was made.");
        }
    }

    private async Task FollowPlanAsync(CancellationToken interrupt)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(interrupt);
        limit.CancelAfter(settings.MaxDuration);
        TimeSpan atLeastUntil = state.Clock.Now + settings.Duration;
        TimeSpan interval = TimeSpan.FromMilliseconds(20);
        try
        {
            if (!await RestartAsync(limit.Token))
            {
                return;
            }

            while (state.Clock.Now < atLeastUntil || state.Totals().Requests < settings.MinRequests)
            {
                await Task.Delay(interval, limit.Token);
            }
        }
        catch (OperationCanceledException) when (!interrupt.IsCancellationRequested)
        {
            state.AddProblem(string.Create(
                CultureInfo.InvariantCulture,
                $"The run reached its limit of {settings.MaxDuration.TotalSeconds:0} s "
                + $"after {state.Totals().Requests} requests and {state.Restarts.Count + state.Releases.Count} of {settings.Restarts.Count} restarts."));
        }
    }

    private Task<bool> RestartAsync(CancellationToken cancellation) => settings.Releases is { } releases
        ? new ReleaseDriver(releases, settings.Restarts, settings.Trigger, settings.ServiceLog, state, observer).RunAsync(cancellation)
        : new RestartDriver(settings.Restarts, settings.Trigger, state, observer).RunAsync(cancellation);

    private async Task StopAsync(ServiceProcess service)
    {
        IReadOnlyList<string> problems = await service.StopAsync(state.Answers.Current, settings.ServiceTimeout);
        foreach (string problem in problems)
        {
            state.AddProblem(problem);
        }
    }

    private static async Task DisposeAsync(List<LoadMode> modes)
    {
        foreach (LoadMode mode in modes)
        {
            await mode.DisposeAsync();
        }
    }
}
