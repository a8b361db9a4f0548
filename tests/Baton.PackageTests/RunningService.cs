using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.PackageTests;

/// <summary>Programs whose log is that of any .NET program: each line begins with the level and the category.</summary>
internal static class RunningService
{
    private static readonly string[] s_oneLineEach =
    [
        "--Logging:Console:FormatterName=simple", "--Logging:Console:FormatterOptions:SingleLine=true",
    ];

    internal static ServiceSetup Of(params IReadOnlyList<string> command) =>
        new ServiceSetup { Command = command }.With(s_oneLineEach);

    /// <summary>Where the newest process listens.</summary>
    internal static ServiceAddress AddressOf(ServiceProcess service) =>
        ServiceAddress.Parse(service.Log.All(@"Now listening on: (?<address>\S+)")[^1].Groups["address"].Value);
}
