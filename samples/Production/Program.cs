// A service as one runs it: HTTPS, health checks, Serilog, OpenTelemetry, a database with migrations, a worker, the admin page.
using System.Globalization;
using Baton;
using Baton.AspNetCore;
using Baton.Hosting;
using Microsoft.EntityFrameworkCore;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Production.Orders;
using Serilog;
using Serilog.Events;

// The settings of a release are in its own directory, wherever the process was started.
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.UseGracefulRestart();

string data = builder.Configuration["Shop:Data"] ?? ".";
string release = builder.Configuration["Shop:Release"] ?? "1";

builder.Services.AddSerilog(log => log
    .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
    .Enrich.WithProperty("Pid", Environment.ProcessId)
    .WriteTo.Console(formatProvider: CultureInfo.InvariantCulture)
    .WriteTo.File(
        Path.Combine(data, "shop-.log"),
        outputTemplate: "{Timestamp:O} {Pid} {Level:u3} {Message:lj}{NewLine}{Exception}",
        formatProvider: CultureInfo.InvariantCulture,
        rollingInterval: RollingInterval.Day,
        retainedFileCountLimit: 14,

        // Two processes write to the file during a restart.
        shared: true));

// Where to: OTEL_EXPORTER_OTLP_ENDPOINT.
if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is not null)
{
    builder.Services.AddOpenTelemetry()

        // Two processes of one service are two instances of it.
        .ConfigureResource(resource => resource
            .AddService("shop", serviceVersion: release, serviceInstanceId: $"{Environment.MachineName}:{Environment.ProcessId}"))
        .WithTracing(traces => traces.AddAspNetCoreInstrumentation().AddSource(BatonTelemetry.Name).AddOtlpExporter())
        .WithMetrics(metrics => metrics.AddAspNetCoreInstrumentation().AddMeter(BatonTelemetry.Name).AddOtlpExporter());
}

builder.Services.AddDbContext<OrdersDb>(options => options.UseSqlite($"Data Source={Path.Combine(data, "shop.db")}"));

// Before all other services, and before the process is ready. If it fails, the old process keeps serving.
builder.Services.AddHostedService<DatabaseMigration>();

// In one process only, also during a restart.
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddExclusiveHostedService<Shipping>();

// A process serves only when the checks with the tag "ready" are healthy.
builder.Services.AddHealthChecks()
    .AddCheck<DatabaseCheck>("database", tags: ["ready"])
    .AddGracefulRestart();

var app = builder.Build();
app.MapGet("/", () => $"Release {release} from {Environment.ProcessId}\n");
app.MapPost("/orders", async (string item, OrdersDb db, CancellationToken cancel) =>
{
    var order = new Order { Item = item };
    db.Orders.Add(order);
    await db.SaveChangesAsync(cancel);
    return $"Order {order.Id}\n";
});
app.MapGet("/orders", async (OrdersDb db, CancellationToken cancel) => new
{
    All = await db.Orders.CountAsync(cancel),
    Shipped = await db.Orders.CountAsync(o => o.ShippedAt != null, cancel),
});
app.MapHealthChecks("/health");
app.MapRestartAdmin();
app.Run();
