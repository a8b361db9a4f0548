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
        if (System.IO.File.Exists(File))
        {
            string fault = System.IO.File.ReadAllText(File);
            builder.ConfigureServices(services => Add(fault.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), services));
        }
    }

    private static void Add(string[] fault, IServiceCollection services)
    {
        switch (fault)
        {
            case ["crash-at-start"]:
                services.AddHostedService<CrashAtStart>();
                break;
            case ["never-healthy"]:
                services.AddHealthChecks().AddCheck<NeverHealthy>("orders database", tags: ["ready"]);
                break;
            case ["dies-after", var milliseconds] when int.TryParse(milliseconds, out int delay):
                services.AddHostedService(s => new DiesAfter(TimeSpan.FromMilliseconds(delay), s.GetRequiredService<IHostApplicationLifetime>()));
                break;
            default:
                throw new InvalidOperationException($"{File} says '{string.Join(' ', fault)}'; it may say crash-at-start, never-healthy, or dies-after <milliseconds>.");
        }
    }
}
