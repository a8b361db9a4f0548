using Baton.AspNetCore;

namespace TestService;

/// <summary>
/// A second server in the process, named s2, where <c>--Second</c> gives its addresses. It behaves by the lines that begin with <c>s2-</c>. <c>--Start</c>, or <c>start</c>, says how the two are started: one
/// after the other (<c>sequential</c>, the default), each by its own RunAsync (<c>concurrent</c>), the second made when the first has started and the file of <c>second-at</c> is there (<c>late</c>), the first only
/// (<c>never</c>), the first only and the second disposed (<c>disposed</c>) or not even built (<c>unbuilt</c>); with <c>optional</c> the first goes on when the second does not start, with <c>using</c> both are disposed then.
/// </summary>
internal static class SecondServer
{
    internal static async Task RunWithAsync(this WebApplication first, string urls, string[] args, Behaviour behaviour)
    {
        string start = behaviour.Argument("start") ?? first.Configuration["Start"] ?? "sequential";
        WebApplication? second = null;
        first.MapGet("/second/stop", () => { _ = second!.StopAsync(); });
        first.MapGet("/second/dispose", () =>
        {
            (second, WebApplication disposed) = (null, second!);
            _ = disposed.DisposeAsync().AsTask();
        });
        first.MapGet("/second/end", () => second!.Lifetime.StopApplication());
        if (start is "late")
        {
            await first.StartAsync();
            await (behaviour.Argument("second-at") is { } latch ? Latch.PassAsync(latch, CancellationToken.None) : Task.CompletedTask);
        }

        WebApplicationBuilder builder = NewBuilder(urls, args, behaviour);
        second = start is "unbuilt" ? null : Build(builder, behaviour.Of("s2"));
        if (start is "concurrent")
        {
            await Task.WhenAll(first.RunAsync(), second!.RunAsync());
            return;
        }

        if (start is not "late")
        {
            await first.StartAsync();
            Console.WriteLine("The first server has started");
        }

        try
        {
            second = await StartAsync(start, second) ? second : null;
        }
        catch when (start is "using")
        {
            // As at the end of a block.
            await second!.DisposeAsync();
            await first.DisposeAsync();
            throw;
        }

        await first.WaitForShutdownAsync();
        await (second?.WaitForShutdownAsync() ?? Task.CompletedTask);

        // What is still to be logged is written when a host is disposed.
        await (second?.DisposeAsync() ?? ValueTask.CompletedTask);
        await first.DisposeAsync();
    }

    /// <returns>Whether it has started.</returns>
    private static async Task<bool> StartAsync(string start, WebApplication? second)
    {
        switch (start)
        {
            case "never" or "unbuilt":
                return false;
            case "disposed":
                await second!.DisposeAsync();
                return false;
        }

        try
        {
            await second!.StartAsync();
            Console.WriteLine("The second server has started");
            return true;
        }
        catch (Exception e) when (start is "optional")
        {
            Console.WriteLine($"The second server has not started: {e.Message}");
            await second!.DisposeAsync();
            return false;
        }
    }

    private static WebApplicationBuilder NewBuilder(string urls, string[] args, Behaviour behaviour)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
        builder.WebHost.UseUrls(urls);
        builder.UseGracefulRestart(options =>
        {
            options.ServerName = "s2";
            options.AddReadiness(behaviour.Of("s2"));
            if (builder.Configuration.GetValue<TimeSpan?>("SecondDrainTimeout") is { } limit)
            {
                options.DrainTimeout = limit;
            }
        });
        return builder;
    }

    private static WebApplication Build(WebApplicationBuilder builder, Behaviour behaviour)
    {
        builder.Logging.AddTestConsole();
        builder.AddSecondState();
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, TestJson.Default));
        builder.Services.AddSingleton(behaviour).AddHostedService<BehavingService>().AddReadiness(behaviour);
        WebApplication app = builder.Build();
        app.UseReadiness(behaviour);
        app.MapTestEndpoints();
        app.MapSecondState();
        return app;
    }
}
