using System.Diagnostics;
using System.Globalization;
using Baton;
using Microsoft.AspNetCore.Http.Features;

namespace TestService;

/// <summary>What a test can ask of the service. Every answer names its process in <c>X-Pid</c>.</summary>
internal static class TestEndpoints
{
    private const int ChunkBytes = 64 * 1024;

    internal static void MapTestEndpoints(this WebApplication app, Behaviour? behaviour = null)
    {
        string pid = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        app.Use((context, next) =>
        {
            context.Response.Headers["X-Pid"] = pid;
            return next(context);
        });

        app.MapGet("/", () => "hello");
        app.MapGet("/orders", () => behaviour?.Has("orders-fail") == true ? Results.StatusCode(StatusCodes.Status500InternalServerError) : Results.Ok());
        app.MapGet("/sleep", async (int ms, CancellationToken aborted) => await Task.Delay(ms, aborted));
        app.MapGet("/wait", (string at, CancellationToken aborted) => Latch.PassAsync(at, aborted));
        app.MapGet("/stuck", StayAsync);
        app.MapGet("/big", SendAsync);
        app.MapPost("/echo", EchoAsync);
        app.MapGet("/upgrade", UpgradeAsync);
        app.MapGet("/env", (string name) => Environment.GetEnvironmentVariable(name) ?? "");
        app.MapGet("/cwd", () => Environment.CurrentDirectory);
        app.MapGet("/release", () => AppContext.BaseDirectory);
        app.MapGet("/args", () => Environment.GetCommandLineArgs()[1..]);
        app.MapGet("/restart", RestartAsync);
        app.MapGet("/shutdown", (Restarter restarter) => { _ = restarter.ShutdownAsync("a request"); });
        app.MapGet("/spawn-child", () => Process.Start("/bin/sleep", ["1000"]).Id);
        app.MapGet("/starve", Starve);
        app.MapGet("/unhealthy", (Restarter restarter) => restarter.ReportUnhealthy("told to be unhealthy"));
        app.MapGet("/status", (Restarter restarter) => Results.Json(restarter.Status, TestJson.Default.RestartStatus));
    }

    /// <summary>One line: what <c>RestartAsync</c> gave, or threw.</summary>
    internal static async Task<string> RestartAsync(string? program, Restarter restarter)
    {
        try
        {
            RestartRecord outcome = await restarter.RestartAsync(program, "a request");
            return $"{outcome.Strategy} {outcome.SuccessorPid} {outcome.Generation} {string.Join(',', outcome.Phases.Select(p => p.Name))}";
        }
        catch (RestartException e)
        {
            return $"{e.Failure} code={e.SuccessorExitCode} signal={e.SuccessorSignal} words={e.SuccessorWords} {e.Message}";
        }
    }

    private static async Task StayAsync(string? at)
    {
        if (at is not null)
        {
            await Latch.ReachAsync(at);
        }

        await Task.Delay(Timeout.Infinite, CancellationToken.None);
    }

    private static async Task SendAsync(long bytes, HttpResponse response, CancellationToken aborted)
    {
        response.ContentLength = bytes;
        byte[] chunk = new byte[ChunkBytes];
        for (long left = bytes; left > 0; left -= ChunkBytes)
        {
            await response.Body.WriteAsync(chunk.AsMemory(0, (int)Math.Min(left, ChunkBytes)), aborted);
        }
    }

    private static Task EchoAsync(HttpRequest request, HttpResponse response)
    {
        response.ContentLength = request.ContentLength;
        return request.Body.CopyToAsync(response.Body, request.HttpContext.RequestAborted);
    }

    /// <summary>Another protocol: what comes goes back, until the input ends.</summary>
    private static async Task UpgradeAsync(HttpContext context)
    {
        await using Stream stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        await stream.CopyToAsync(stream, context.RequestAborted);
    }

    /// <summary>Far more sleeping work items than the pool gets threads for by itself while they sleep.</summary>
    private static void Starve(int items, int seconds)
    {
        for (int i = 0; i < items; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(_ => Thread.Sleep(TimeSpan.FromSeconds(seconds)), null);
        }
    }
}
