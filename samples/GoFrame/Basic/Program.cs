// The first example of GoFrame's page on graceful restart: one server, its admin page, and a request that takes longer than a restart.
using Baton;
using Baton.AspNetCore;

var builder = WebApplication.CreateBuilder(args);
builder.WebHost.UseUrls(builder.Configuration["urls"] ?? "http://*:8199");
builder.UseGracefulRestart(options =>
{
    // kill -SIGUSR1 restarts, as there.
    options.Signals.Use(SignalPreset.GoFrame);

    // A restart is answered when the new process has proved itself, which is to be seen at once here. A real service keeps the 10 seconds of the default, or more.
    options.Probation = TimeSpan.FromSeconds(2);
});

builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
var app = builder.Build();
app.MapRestartAdmin();
app.MapGet("/", () => "Hello!\n");
app.MapGet("/pid", () => $"{Environment.ProcessId}\n");
app.MapGet("/sleep", async (HttpResponse response, CancellationToken aborted) =>
{
    await response.WriteAsync($"{Environment.ProcessId}\n", aborted);
    await Task.Delay(TimeSpan.FromSeconds(10), aborted);
    await response.WriteAsync($"{Environment.ProcessId}\n", aborted);
});
app.Run();
