// Two servers with two ports each in one process, as in the third example of GoFrame's page on graceful restart. They are restarted, and shut down, as one: by a signal, or by the
// admin page of either.
using Baton;
using Baton.AspNetCore;
using Microsoft.Extensions.Logging.Console;
using MultiServer;

// 1. Both are made before the first is started: the process is ready when all servers are that it has by then.
await using WebApplication s1 = Build("s1", "http://*:8100;http://*:8200");
await using WebApplication s2 = Build("s2", "http://*:8300;http://*:8400");

// 2. One after the other. Neither accepts before both can serve; an exception here ends the process, and a successor that ends so costs nothing.
await s1.StartAsync();
await s2.StartAsync();

// 3. A restart or shutdown ends both. They are disposed then, or the console would keep the last lines to itself.
await Task.WhenAll(s1.WaitForShutdownAsync(), s2.WaitForShutdownAsync());

// Other addresses: MultiServer --s1 http://*:9100 --s2 http://*:9300
WebApplication Build(string name, string urls)
{
    var builder = WebApplication.CreateBuilder(args);
    builder.WebHost.UseUrls(builder.Configuration[name] ?? urls);
    builder.UseGracefulRestart(options =>
    {
        options.ServerName = name;

        // These belong to the process, so both servers say the same. The probation is short so that a restart is answered soon; a real service keeps the 10 seconds of the default, or more.
        options.Signals.Use(SignalPreset.GoFrame);
        options.Probation = TimeSpan.FromSeconds(2);
    });
    builder.Logging.AddConsole(console => console.FormatterName = PlainLines.FormatterName).AddConsoleFormatter<PlainLines, ConsoleFormatterOptions>();

    // What the servers say; of the rest what is not in order.
    builder.Logging.AddFilter(null, LogLevel.Warning).AddFilter("Baton.Hosting", LogLevel.Information).AddFilter("Baton.AspNetCore", LogLevel.Information);

    var app = builder.Build();
    app.MapRestartAdmin();
    app.MapGet("/", () => $"Hello from {name}!\n");
    app.MapGet("/pid", () => $"{Environment.ProcessId}\n");
    return app;
}
