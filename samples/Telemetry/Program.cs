// Sends the metrics and traces of restarts to an OpenTelemetry collector, by OTLP over HTTP: both processes of a restart are in one trace.
// Where to: OTEL_EXPORTER_OTLP_ENDPOINT, by default http://localhost:4318. Start it, then: kill -USR2 <pid>
using Baton;
using Baton.AspNetCore;
using Baton.Hosting;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

var builder = WebApplication.CreateBuilder(args);
builder.UseGracefulRestart();
builder.Services.AddHealthChecks().AddGracefulRestart();

// Disposed, and with that flushed, when the application has ended: in the new process after its shutdown, in the old one after its drain.
using OpenTelemetrySdk telemetry = OpenTelemetrySdk.Create(sdk => sdk
    .ConfigureResource(resource => resource

        // Two processes of one service are two instances of it.
        .AddService(builder.Environment.ApplicationName, serviceInstanceId: $"{Environment.MachineName}:{Environment.ProcessId}")
        .AddAttributes([new("process.pid", Environment.ProcessId)]))
    .WithTracing(traces => traces.AddSource(BatonTelemetry.Name).AddSource("Microsoft.AspNetCore").AddOtlpExporter(Http))
    .WithMetrics(metrics => metrics.AddMeter(BatonTelemetry.Name).AddMeter("Microsoft.AspNetCore.Hosting").AddOtlpExporter(Http)));

var app = builder.Build();
app.MapGet("/", () => $"Hello from {Environment.ProcessId}\n");
app.MapHealthChecks("/health");

// A restart that is asked by a request is a part of the request's trace.
app.MapPost("/restart", async (Restarter restarter) =>
{
    RestartRecord outcome = await restarter.RestartAsync(requestedBy: "a request");
    return $"Process {outcome.SuccessorPid} serves\n";
});

app.Run();

static void Http(OtlpExporterOptions options) => options.Protocol = OtlpExportProtocol.HttpProtobuf;
