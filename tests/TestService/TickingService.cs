using System.Text;
using Baton.Hosting;
using Microsoft.Win32.SafeHandles;

namespace TestService;

/// <summary>
/// With <c>--Ticks FILE</c>: an exclusive service, or with <c>--TicksKind serving</c> a serving one, that appends who works, again
/// and again, and behaves as the process is told to.
/// </summary>
internal sealed class TickingService(Behaviour behaviour, IConfiguration configuration, ServingLifetime serving) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    internal static void AddTo(IServiceCollection services, IConfiguration configuration)
    {
        if (configuration["Ticks"] is null)
        {
            return;
        }

        if (configuration["TicksKind"] == "serving")
        {
            services.AddServingHostedService<TickingService>();
        }
        else
        {
            services.AddExclusiveHostedService<TickingService>();
        }
    }

    public override Task StartAsync(CancellationToken cancellationToken) =>
        behaviour.Has("tick-crash-in-start") ? throw new InvalidOperationException("told to crash when ticking starts") : base.StartAsync(cancellationToken);

    public override Task StopAsync(CancellationToken cancellationToken)
    {
        Console.WriteLine($"Ticking of {Environment.ProcessId} is stopped");
        return base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        long term = serving.Term;
        using SafeFileHandle file = Libc.OpenToAppend(configuration["Ticks"]!);
        while (!stoppingToken.IsCancellationRequested || behaviour.Argument("tick-until") is { } latch && !File.Exists(latch))
        {
            RandomAccess.Write(file, Encoding.ASCII.GetBytes($"{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()} {Environment.ProcessId} {term}\n"), 0);
            if (behaviour.Has("tick-fault"))
            {
                throw new InvalidOperationException("told to fault while ticking");
            }

            CancellationToken stop = behaviour.Has("tick-until") ? CancellationToken.None : stoppingToken;
            await Task.Delay(Interval, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
