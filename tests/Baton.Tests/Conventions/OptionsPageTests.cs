using System.Reflection;
using System.Text;
using Baton.AspNetCore;
using Baton.Hosting.Configuration;
using Baton.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace Baton.Tests.Conventions;

/// <summary>Every option can be set in the configuration, and is on the page; BATON_UPDATE_DOCS=1, or BATON_UPDATE_API=1, writes docs/options.md anew.</summary>
public class OptionsPageTests
{
    // What is no data: code sets it.
    private static readonly string[] CodeOnly = ["HostedServices", "Hooks", "Judge:Decide", "LoggerFactory", "WarmUp:Endpoints"];

    // A word for the whole of Signals, no property.
    private static readonly string[] KeysOnly = ["SignalPreset"];

    private static IEnumerable<string> Bound
    {
        get
        {
            var keys = new OptionKeys();
            new GracefulRestartOptions().Describe(keys);
            return keys.All;
        }
    }

    [Fact]
    public void Options_ThatAreData_HaveAKey() =>
        Assert.Equal(Properties().Except(CodeOnly).Order(StringComparer.Ordinal), Bound.Except(KeysOnly).Order(StringComparer.Ordinal));

    [Fact]
    public void Options_OnThePage_AreThoseOfTheCode() => Snapshot.AssertSame("../../docs/options.md", OptionsPage.Print(Bound), "BATON_UPDATE_DOCS");

    [Fact]
    public void Example_OnThePage_IsAllowed()
    {
        string json = Repository.Read("docs/options.md").Split("```json", 2)[1].Split("```", 2)[0];
        var options = new GracefulRestartOptions();
        SectionBinder.Bind(
            new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build().GetSection("GracefulRestart"), options);
        Assert.Equal(TimeSpan.FromSeconds(20), options.DrainTimeout);
        Assert.Equal(["GET /", "GET /search?q=x"], options.WarmUp.Requests.Select(r => r.ToString()));
    }

    private static IEnumerable<string> Properties() =>
        from property in typeof(GracefulRestartOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance)
        from name in property.PropertyType.Name.EndsWith("Options", StringComparison.Ordinal)
            ? property.PropertyType.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(p => $"{property.Name}:{p.Name}")
            : [property.Name]
        select name;
}
