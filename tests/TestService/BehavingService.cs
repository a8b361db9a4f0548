using System.Globalization;
using Baton;

namespace TestService;

/// <summary>Starts and stops as the process is told to, before Kestrel does; and does what it is told to do once it serves.</summary>
internal sealed class BehavingService(Behaviour behaviour, IHostApplicationLifetime lifetime) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) =>
        behaviour.Has("crash-when-started") ? throw new InvalidOperationException("told to crash when started") : Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (behaviour.Has("say-stopping"))
        {
            Console.WriteLine("Stopping");
        }

        return Task.CompletedTask;
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (behaviour.Argument("after-commit") is { } order)
        {
            _ = AfterCommitAsync(order.Split(' '));
        }

        if (behaviour.Argument("do-at") is { } later)
        {
            _ = DoAtAsync(later.Split(' '));
        }

        if (behaviour.Argument("accept-callback") is { } callback)
        {
            _ = RegisterAsync(callback);
        }

        if (behaviour.Argument("in-start") is { } misdeed)
        {
            await Misdeed.CommitAsync(misdeed, lifetime);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        if (behaviour.Has("crash-in-hosted-service"))
        {
            throw new InvalidOperationException("told to crash in a hosted service");
        }

        if (behaviour.Has("hang-in-hosted-service"))
        {
            await Task.Delay(Timeout.Infinite, CancellationToken.None);
        }

        if (behaviour.Argument("wait-at") is { } latch)
        {
            await Latch.PassAsync(latch, cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        int time = behaviour.Has("hang-in-stop") ? Timeout.Infinite : int.Parse(behaviour.Argument("stop-for") ?? "0", CultureInfo.InvariantCulture);
        return Task.Delay(time, CancellationToken.None);
    }

    // Whenever this process accepts: what is registered is called when it is to stop.
    private static async Task RegisterAsync(string callback)
    {
        await foreach (ServingTerm term in Restarter.Default!.ServingTermsAsync())
        {
            var closing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            term.Ended.Register(() =>
            {
                closing.SetResult();
                if (callback == "block")
                {
                    Thread.Sleep(Timeout.Infinite);
                }

                throw new InvalidOperationException("told to fail in a callback");
            });
            await closing.Task;
        }
    }

    // When the test says so.
    private async Task DoAtAsync(string[] order)
    {
        await Serving.BeginsAsync();
        await Latch.PassAsync(order[1], CancellationToken.None);
        await Misdeed.CommitAsync(order[0], lifetime);
    }

    private async Task AfterCommitAsync(string[] order)
    {
        await Serving.BeginsAsync();
        await Task.Delay(int.Parse(order[1], CultureInfo.InvariantCulture));
        await Misdeed.CommitAsync(order[0], lifetime);
    }
}
