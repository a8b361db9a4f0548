using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Baton.AspNetCore;
using Baton.Hosting;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace TestService;

/// <summary>What stands between started and serving: a health check, a callback and the warm-up, each of which can be told to misbehave.</summary>
internal static class Readiness
{
    private static readonly ConcurrentQueue<string> s_warmedUp = new();
    private static readonly string[] s_healthWords = ["unhealthy", "unhealthy-after", "degraded", "healthy-at", "hang-in-health-check"];
    private static readonly MeterListener s_metrics = new();

    internal static void AddReadiness(this IServiceCollection services, Behaviour behaviour)
    {
        services.AddHealthChecks().AddGracefulRestart(tags: ["ready", "balancer"]);
        if (s_healthWords.Any(behaviour.Has))
        {
            services.AddHealthChecks()
                .AddAsyncCheck("database", cancel => CheckAsync(behaviour, cancel), ["ready"])
                .AddCheck("cache", () => HealthCheckResult.Healthy(), ["ready"])
                .AddCheck("report", () => HealthCheckResult.Unhealthy("nothing for readiness"));
        }
    }

    internal static void AddReadiness(this GracefulRestartOptions options, Behaviour behaviour)
    {
        if (behaviour.Argument("ready-at") is { } latch)
        {
            options.ReadyWhen(cancel => Latch.PassAsync(latch, cancel));
        }

        if (behaviour.Has("crash-in-callback"))
        {
            options.ReadyWhen(_ => throw new InvalidOperationException("told to crash in a callback"));
        }
    }

    /// <summary>Remembers the requests of the warm-up, for <c>/warmed-up</c>, and misbehaves for them.</summary>
    internal static void UseReadiness(this WebApplication app, Behaviour behaviour)
    {
        app.Use(async (context, next) =>
        {
            if (context.Features.Get<WarmUpFeature>() is null)
            {
                await next(context);
                return;
            }

            HttpRequest request = context.Request;
            bool tagged = context.Features.Get<IHttpMetricsTagsFeature>()?.Tags.Any(t => t.Key == WarmUpFeature.MetricsTag) ?? false;
            s_warmedUp.Enqueue(
                $"{request.Protocol} {request.Method} {request.Scheme}://{request.Host}{request.Path}{request.QueryString} "
                + $"from {context.Connection.RemoteIpAddress}, {WarmUpFeature.HeaderName}: {request.Headers[WarmUpFeature.HeaderName]}, tagged: {tagged}");
            if (behaviour.Has("hang-in-warm-up"))
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            }

            context.Response.StatusCode = behaviour.Has("fail-in-warm-up") ? 503 : 200;
            if (!behaviour.Has("fail-in-warm-up"))
            {
                await next(context);
            }
        });
        if (behaviour.Has("listen-to-metrics"))
        {
            // Kestrel offers the tags only to somebody who wants them.
            s_metrics.InstrumentPublished = (instrument, listener) => listener.EnableMeasurementEvents(instrument);
            s_metrics.Start();
        }

        app.MapHealthChecks("/health", new HealthCheckOptions
        {
            Predicate = check => check.Tags.Contains("balancer"),
            ResponseWriter = (context, report) => context.Response.WriteAsync($"{report.Status}: {report.Entries["graceful_restart"].Description}"),
        });
        app.MapGet("/warmed-up", () => s_warmedUp.ToArray());
    }

    private static async Task<HealthCheckResult> CheckAsync(Behaviour behaviour, CancellationToken cancel)
    {
        if (behaviour.Has("hang-in-health-check"))
        {
            await Task.Delay(Timeout.Infinite, CancellationToken.None);
        }

        if (behaviour.Has("degraded"))
        {
            return HealthCheckResult.Degraded("told to be degraded");
        }

        bool healthy = (behaviour.Argument("healthy-at") is { } from && File.Exists(from)) || (behaviour.Argument("unhealthy-after") is { } until && !File.Exists(until));
        return healthy ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("told to be unhealthy");
    }
}
