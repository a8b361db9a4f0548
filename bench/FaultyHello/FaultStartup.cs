using System.Globalization;

[assembly: HostingStartup(typeof(FaultyHello.FaultStartup))]

namespace FaultyHello;

/// <summary>
/// Makes a bad release out of the sample: adds the fault that a file named <c>fault</c> beside the program names. Without the file the release is good,
/// so that releases are copies of one build which differ by this file.
/// </summary>
internal sealed class FaultStartup : IHostingStartup
{
    // Where the program really is: the link through which it was started may lead elsewhere by now.
    private static readonly string File = Path.Combine(AppContext.BaseDirectory, "fault");

    public void Configure(IWebHostBuilder builder)
    {
        string fault = System.IO.File.Exists(File) ? System.IO.File.ReadAllText(File) : "";
        if (fault.StartsWith("garbage", StringComparison.Ordinal))
        {
            ServingFault.KeepChannel();
        }

        Add(fault.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), builder);
    }

    private static void Add(string[] fault, IWebHostBuilder builder)
    {
        TimeSpan after = fault.Length == 2 && double.TryParse(fault[1], CultureInfo.InvariantCulture, out double milliseconds)
            ? TimeSpan.FromMilliseconds(milliseconds)
            : TimeSpan.Zero;
        builder.ConfigureServices(services =>
        {
            Add(fault, after, services);
            if (fault is not ["fails-orders" or "throws-orders" or "slow-orders", ..])
            {
                services.AddSingleton<IStartupFilter>(new OrdersPath());
            }
        });
        if (fault is ["bad-configuration"])
        {
            builder.UseSetting("GracefulRestart:DrainTimeout", "soon");
        }
        else if (fault is ["port-taken", var port])
        {
            builder.UseSetting("Kestrel:Endpoints:Taken:Url", $"http://127.0.0.1:{port}");
        }
    }

    private static void Add(string[] fault, TimeSpan after, IServiceCollection services)
    {
        switch (fault)
        {
            case [] or ["bad-configuration"] or ["port-taken", _]:
                break;
            case ["crash-at-start"]:
                services.AddHostedService<CrashAtStart>();
                break;
            case ["hangs-at-start"]:
                services.AddHostedService<HangsAtStart>();
                break;
            case ["never-healthy"]:
                services.AddHealthChecks().AddCheck<NeverHealthy>("orders database", tags: ["ready"]);
                break;
            case ["gets-unhealthy", _]:
                services.AddHealthChecks().AddCheck("orders database", new HealthFault(after), tags: ["ready"]);
                break;
            case ["unhealthy-under-load"]:
                var load = new LoadFault();
                services.AddSingleton<IStartupFilter>(load);
                services.AddHealthChecks().AddCheck("orders database", load, tags: ["ready"]);
                break;
            case ["dies-after", _]:
                Serving("dies");
                break;
            case ["exits" or "deadlocks" or "ignores-sigterm" or "leaks" or "garbage", _]:
                Serving(fault[0]);
                break;
            case ["fails-work", _]:
                services.AddHostedService(_ => new FailingWork(after));
                break;
            case ["fails-orders" or "throws-orders", var share]:
                double part = double.Parse(share, CultureInfo.InvariantCulture);
                services.AddSingleton<IStartupFilter>(new OrdersPath(part, throws: fault[0] == "throws-orders"));
                break;
            case ["slow-orders", var factor]:
                services.AddSingleton<IStartupFilter>(new OrdersPath(slower: double.Parse(factor, CultureInfo.InvariantCulture)));
                break;
            default:
                throw new InvalidOperationException($"{File} says '{string.Join(' ', fault)}', which is no fault of {nameof(FaultStartup)}.");
        }

        void Serving(string what) => services.AddHostedService(s => new ServingFault(
            what, after, s.GetRequiredService<Baton.Restarter>(), s.GetRequiredService<IHostApplicationLifetime>()));
    }
}
