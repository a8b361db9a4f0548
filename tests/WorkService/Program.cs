// A service without requests, for the tests with a real broker, scheduler and database: --Work says which.
using Baton;
using Baton.Hosting;
using TestService;
using WorkService;

Behaviour behaviour = Behaviour.OfThisProcess();
var builder = Host.CreateApplicationBuilder(args);
builder.AddGracefulRestart(options =>
{
    if (behaviour.Has("long-probation"))
    {
        options.Probation = TimeSpan.FromMinutes(10);
    }

    ScheduledWork.Choose(builder, options);
});
builder.Logging.AddTestConsole();
builder.Logging.AddFilter("Quartz", LogLevel.Warning);
builder.Services.AddSingleton(behaviour).AddSingleton<WorkLog>().AddHostedService<Misbehaving>();
switch (builder.Configuration["Work"])
{
    case "rabbitmq":
        builder.Services.AddSingleton<Broker>().AddHostedService(services => services.GetRequiredService<Broker>());
        builder.Services.AddExclusiveHostedService<OrderConsumer>();
        break;
    case "rabbitmq-serving":
        builder.Services.AddSingleton<Broker>().AddHostedService(services => services.GetRequiredService<Broker>());
        builder.Services.AddServingHostedService<OrderConsumer>();
        break;
    case "quartz":
    case "quartz-hosted":
        ScheduledWork.Add(builder);
        break;
    case "postgres":
        builder.Services.AddExclusiveHostedService<AccountWriter>();
        break;
    case "postgres-term":
        builder.Services.AddServingHostedService<TermWriter>();
        break;
    default:
        throw new InvalidOperationException("Which --Work?");
}

builder.Build().Run();
