using Baton.AspNetCore;
using Baton.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Baton.Tests.Hosting;

/// <summary>Where each way to add graceful restart has its options from, and that turned off it adds nothing. None of these starts a restarter.</summary>
public class OverloadTests
{
    // Watched files are descriptors, and other tests count those of this process.
    private const string NoWatchers = "--hostBuilder:reloadConfigOnChange=false";

    private static readonly string[] Off = ["--GracefulRestart:Enabled=false"];

    public static TheoryData<string> Ways => [.. All.Keys];

    private static Dictionary<string, Func<string[], Action<HostedRestartOptions>?, IHost>> All { get; } = new()
    {
        ["generic host"] = (args, configure) =>
        {
            HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
            builder.AddGracefulRestart(configure);
            return builder.Build();
        },
        ["generic host, section"] = (args, configure) =>
        {
            HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
            builder.AddGracefulRestart(builder.Configuration.GetSection("GracefulRestart"), configure);
            return builder.Build();
        },
        ["web application"] = (args, configure) => Build(args, b => b.UseGracefulRestart(configure)),
        ["web application, section"] = (args, configure) => Build(args, b => b.UseGracefulRestart(b.Configuration.GetSection("GracefulRestart"), configure)),
        ["web application, its web host"] = (args, configure) => Build(args, b => b.WebHost.UseGracefulRestart(configure)),
        ["web host"] = (args, configure) =>
            Host.CreateDefaultBuilder(args).ConfigureWebHostDefaults(web => web.UseGracefulRestart(configure).Configure(_ => { })).Build(),
        ["web host, section"] = (args, configure) => Host.CreateDefaultBuilder(args).ConfigureWebHostDefaults(
            web => web.UseGracefulRestart(new ConfigurationBuilder().AddCommandLine(args).Build().GetSection("GracefulRestart"), configure).Configure(_ => { })).Build(),
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public void Enabled_False_AddsNothingButAnExplanation(string way)
    {
        using IHost host = Make(way, Off);
        IServiceProvider services = host.Services;
        Assert.Null(Restarter.Default);
        Assert.DoesNotContain(services.GetServices<IHostedService>(), s => s.GetType().Assembly == typeof(GracefulRestartHostExtensions).Assembly);
        Assert.DoesNotContain(services.GetServices<IConnectionListenerFactory>(), s => s.GetType().Assembly == typeof(GracefulRestartOptions).Assembly);
        Assert.DoesNotContain(services.GetServices<IStartupFilter>(), s => s.GetType().Assembly == typeof(GracefulRestartOptions).Assembly);
        Assert.Equal(TimeSpan.FromSeconds(30), services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout);
        Assert.True(services.GetRequiredService<IServiceProviderIsService>().IsService(typeof(Restarter)));
        Assert.Contains("GracefulRestart:Enabled", Assert.Throws<InvalidOperationException>(services.GetService<Restarter>).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Section_WithATypo_StopsTheStart(string way) =>
        Assert.Contains(
            "GracefulRestart:DrainTimout is no option of graceful restart; the nearest is GracefulRestart:DrainTimeout.",
            Assert.Throws<OptionsValidationException>(() => Make(way, ["--GracefulRestart:DrainTimout=1s"])).Message,
            StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Ways))]
    public void Code_HasTheLastWord(string way)
    {
        TimeSpan seen = default;
        using IHost host = Make(way, ["--GracefulRestart:DrainTimeout=7s"], options =>
        {
            seen = options.DrainTimeout;
            options.Enabled = false;
        });
        Assert.Equal(TimeSpan.FromSeconds(7), seen);
        Assert.Null(Restarter.Default);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Code_OutOfRange_IsRefusedAlthoughItIsTurnedOff(string way) =>
        Assert.Equal("ExitTimeout", Assert.Throws<ArgumentOutOfRangeException>(() => Make(way, Off, o => o.ExitTimeout = TimeSpan.Zero)).ParamName);

    [Fact]
    public void Section_OfAnotherName_IsRead()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder([NoWatchers, "--Shop:Restart:Typo=1"]);
        Assert.Contains(
            "Shop:Restart:Typo is no option",
            Assert.Throws<OptionsValidationException>(() => builder.UseGracefulRestart(builder.Configuration.GetSection("Shop:Restart"))).Message,
            StringComparison.Ordinal);
    }

    private static IHost Make(string way, string[] args, Action<HostedRestartOptions>? configure = null) => All[way]([NoWatchers, .. args], configure);

    private static WebApplication Build(string[] args, Action<WebApplicationBuilder> use)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
        use(builder);
        return builder.Build();
    }
}
