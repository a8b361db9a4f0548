using System.Diagnostics.Metrics;
using System.Reflection;
using Baton.Tests.Support;
using Baton.Tests.Telemetry;

namespace Baton.Tests.Conventions;

/// <summary>docs/observability.md names what there is, and nothing else.</summary>
public class ObservabilityPageTests
{
    private static string Page => Repository.Read("docs/observability.md");

    [Fact]
    public void Page_Metrics_AreTheInstruments()
    {
        using var telemetry = new TelemetryFixture(LifecycleFixture.Serving());
        IEnumerable<string> rows = telemetry.Instruments.Select(i => $"| `{i.Name}` | {Kind(i)} | `{i.Unit}` | {i.Description} |");
        IEnumerable<string> shown = Page.Split('\n').Where(line => line.StartsWith("| `baton.", StringComparison.Ordinal) && line.Count(c => c == '|') == 6)
            .Select(line => line[..(line.LastIndexOf('|', line.Length - 2) + 1)]);
        Assert.Equal(rows.Order(StringComparer.Ordinal), shown.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Constants_OfMetrics_AreTheInstruments()
    {
        using var telemetry = new TelemetryFixture(LifecycleFixture.Serving());
        Assert.Equal(Constants(typeof(BatonTelemetry.Metrics)).Order(), telemetry.Instruments.Select(i => i.Name).Order());
    }

    [Fact]
    public void Page_HasAllNamesOfSpansAndAttributes() =>
        Assert.All([.. Constants(typeof(BatonTelemetry.Spans)), .. Constants(typeof(BatonTelemetry.Attributes))], name => Assert.Contains($"`{name}`", Page, StringComparison.Ordinal));

    [Fact]
    public void Page_HasAllValues() => Assert.All(
        [.. Phases.Select(p => p.Text), .. Enum.GetValues<ProcessState>().Select(Baton.Telemetry.TelemetryNames.Of), "succeeded", "failed", "rolled_back", "refused", "other"],
        value => Assert.Contains($"`{value}`", Page, StringComparison.Ordinal));

    private static IEnumerable<string> Constants(Type names) => names.GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (string)f.GetRawConstantValue()!);

    private static string Kind(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "Counter" or "ObservableCounter" => "counter",
        "Histogram" => "histogram",
        "ObservableGauge" => "gauge",
        "ObservableUpDownCounter" => "up-down counter",
        var other => other,
    };
}
