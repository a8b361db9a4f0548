using System.Diagnostics;
using System.Globalization;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>What README.md tells a new user to do, done.</summary>
[Collection("builds")]
public sealed class ReadmeTests
{
    [Fact]
    public async Task Program_of_the_readme_builds_and_restarts()
    {
        using var directory = new TemporaryDirectory();
        await BuildFirstProgramAsync("README.md", directory);
        ServiceSetup setup = new ServiceSetup { Command = [directory.PathOf("bin/Release/net10.0/Shop")] }.With(
            "--Logging:Console:FormatterName=simple", "--Logging:Console:FormatterOptions:SingleLine=true");
        await using ServiceProcess service = await ServiceProcess.StartAsync(setup);

        await service.RestartAsync();

        // Its log lines do not begin with the pid, as those of the test service do.
        ServiceAddress address = ServiceAddress.Parse(service.Log.All(@"Now listening on: (?<address>\S+)")[^1].Groups["address"].Value);
        string answer = (await HttpConnection.GetOnceAsync(address)).Text;
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"Hello from {service.Pid}\n"), answer);
    }

    [Fact] // S1
    public async Task Program_of_the_admin_page_lets_nobody_in_but_operators()
    {
        using var directory = new TemporaryDirectory();
        await BuildFirstProgramAsync("docs/admin.md", directory);
        ServiceSetup setup = new ServiceSetup { Command = [directory.PathOf("bin/Release/net10.0/Shop")] }.With(
            "--Logging:Console:FormatterName=simple", "--Logging:Console:FormatterOptions:SingleLine=true");
        await using ServiceProcess service = await ServiceProcess.StartAsync(setup);

        ServiceAddress address = ServiceAddress.Parse(service.Log.All(@"Now listening on: (?<address>\S+)")[^1].Groups["address"].Value);
        foreach (string path in (string[])["", "/status", "/events", "/restart"])
        {
            // To the login.
            using HttpConnection connection = await new AdminClient(address, "/internal/restart").BeginAsync("GET", path);
            Assert.Equal(302, (await connection.ReceiveHeadAsync()).Status);
        }

        Assert.Empty(service.Log.All("Started successor"));
    }

    /// <summary>The first block of C# that is a whole program.</summary>
    private static async Task BuildFirstProgramAsync(string page, TemporaryDirectory directory)
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, page));
        File.WriteAllText(directory.PathOf("Program.cs"), text.Split("```csharp\n").Skip(1).Select(b => b.Split("```", 2)[0]).First(b => b.Contains("app.Run();", StringComparison.Ordinal)));
        File.WriteAllText(directory.PathOf("Shop.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
              <ItemGroup><ProjectReference Include="{Path.Combine(Repository.Root, "src/Baton.AspNetCore/Baton.AspNetCore.csproj")}" /></ItemGroup>
            </Project>
            """);
        await BuildAsync(directory.PathOf("Shop.csproj"));
    }

    private static async Task BuildAsync(string project)
    {
        using Process build = Process.Start(new ProcessStartInfo("dotnet", ["build", project, "-c", "Release", "-v", "quiet", "--nologo", "-p:NuGetAudit=false", "-p:RunAnalyzers=false", "-p:BuildProjectReferences=false"])
        {
            RedirectStandardOutput = true,
        })!;
        string said = await build.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await build.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(build.ExitCode == 0, said);
    }
}
