using System.Globalization;
using Baton.Hosting;
using Quartz;

namespace WorkService;

/// <summary>Quartz in both of the ways that there are.</summary>
internal static class ScheduledWork
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    internal static void Choose(HostApplicationBuilder builder, HostedRestartOptions options)
    {
        switch (builder.Configuration["Work"])
        {
            case "quartz":
                options.HostedServices.Exclusive<Scheduling>();
                break;
            case "quartz-hosted":
                options.HostedServices.Exclusive<QuartzHostedService>();
                break;
        }
    }

    internal static void Add(HostApplicationBuilder builder)
    {
        if (builder.Configuration["Work"] == "quartz-hosted")
        {
            builder.Services.AddQuartz(Configure);
            builder.Services.AddQuartzHostedService(quartz => quartz.WaitForJobsToComplete = true);
        }
        else
        {
            builder.Services.AddQuartz();
            builder.Services.AddHostedService<Scheduling>();
        }
    }

    internal static void Configure(IQuartzBuilder quartz) =>
        quartz.ScheduleJob<TickJob>(trigger => trigger
            .StartAt(NextTick())
            .WithSimpleSchedule(schedule => schedule.WithInterval(Interval).RepeatForever()));

    // All processes tick at the same times, so that two of them would be seen.
    private static DateTimeOffset NextTick()
    {
        long now = DateTimeOffset.UtcNow.Ticks;
        return new DateTimeOffset(now - (now % Interval.Ticks) + Interval.Ticks, TimeSpan.Zero);
    }
}

/// <summary>A scheduler of Quartz for each term: one that was shut down can't be started again.</summary>
internal sealed class Scheduling(ISchedulerRuntime quartz) : IHostedService
{
    private const string Name = "jobs";

    public async Task StartAsync(CancellationToken cancellationToken) =>
        await quartz.Add(Name, ScheduledWork.Configure, cancellationToken: cancellationToken);

    public async Task StopAsync(CancellationToken cancellationToken) =>
        await quartz.Remove(Name, waitForJobsToComplete: true, cancellationToken);
}

/// <summary>Writes for which time it was called.</summary>
internal sealed class TickJob(WorkLog log, ServingLifetime serving) : IJob
{
    public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        long scheduled = context.ScheduledFireTimeUtc!.Value.ToUnixTimeMilliseconds();
        log.Write(string.Create(CultureInfo.InvariantCulture, $"{scheduled} {serving.Term}"));
        return ValueTask.CompletedTask;
    }
}
