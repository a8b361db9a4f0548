// The service that the process tests start, restart and kill. It behaves, unless a file tells the process that starts to misbehave.
using System.Net;
using System.Net.Sockets;
using Baton;
using Baton.AspNetCore;
using TestService;

Behaviour behaviour = Behaviour.OfThisProcess();
if (args.Contains("--check"))
{
    EarlyBehaviour.CheckAndExit(behaviour);
}

EarlyBehaviour.BeginMain(behaviour);
await MainEnding.CrashOnTheCoreAsync(behaviour);

var builder = WebApplication.CreateBuilder(args);
builder.UseGracefulRestart(options =>
{
    options.Name = behaviour.Argument("name") ?? options.Name;
    options.Tap = StepTap.Of(behaviour);
    options.AddReadiness(behaviour);
    options.AddHooks(behaviour);
    builder.AddState(options, behaviour);
});
EarlyBehaviour.Inherited(behaviour);

builder.Logging.AddTestConsole();
HostileLogging.AddTo(builder.Logging, behaviour);
builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, TestJson.Default));
builder.Services.AddSingleton(behaviour).AddHostedService<FaultingWork>().AddHostedService<BehavingService>().AddReadiness(behaviour);

TickingService.AddTo(builder.Services, builder.Configuration);

// Neither has a form in configuration.
if (builder.Configuration["AbstractName"] is { } name)
{
    builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(new UnixDomainSocketEndPoint($"\0{name}")));
}

if (builder.Configuration["Activated"] is { } activated)
{
    builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenActivated(activated));
}

if (builder.Configuration.GetValue("UseSystemd", defaultValue: false))
{
    builder.WebHost.ConfigureKestrel(kestrel => kestrel.UseSystemd());
}

if (builder.Configuration.GetValue<TimeSpan?>("HeadersTimeout") is { } headersTimeout)
{
    builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.RequestHeadersTimeout = headersTimeout);
}

if (builder.Configuration.GetValue<int?>("Listeners") is { } listeners)
{
    builder.WebHost.ConfigureKestrel(kestrel =>
    {
        for (int i = 0; i < listeners; i++)
        {
            kestrel.Listen(IPAddress.Loopback, 0);
        }
    });
}

builder.AddRawTcp();
RawServer.AddTo(builder);
builder.AddAdmin();
var app = builder.Build();
Restarter? restarter = behaviour.Has("restart-when-disposed") ? app.Services.GetRequiredService<Restarter>() : null;
app.UseReadiness(behaviour);
app.MapTestEndpoints(behaviour);
app.MapRawTcp();
app.MapState();
app.MapHandles(behaviour);
app.MapAdmin();
if (builder.Configuration["Second"] is { } second)
{
    await app.RunWithAsync(second, args, behaviour);
}
else
{
    await MainEnding.RunAsync(app, behaviour);
}

if (restarter is not null)
{
    await restarter.DisposeAsync();
    Console.Out.WriteLine($"Restart when disposed: {await TestEndpoints.RestartAsync(program: null, restarter)}");
}
