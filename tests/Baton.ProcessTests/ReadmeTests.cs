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
        File.WriteAllText(directory.PathOf("Program.cs"), FirstProgram());
        File.WriteAllText(directory.PathOf("Shop.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
              <ItemGroup><ProjectReference Include="{Path.Combine(Repository.Root, "src/Baton.AspNetCore/Baton.AspNetCore.csproj")}" /></ItemGroup>
            </Project>
            """);
        await BuildAsync(directory.PathOf("Shop.csproj"), directory.PathOf("out"));
        ServiceSetup setup = new ServiceSetup { Command = [directory.PathOf("out/Shop")] }.With(
            "--Logging:Console:FormatterName=simple", "--Logging:Console:FormatterOptions:SingleLine=true");
        await using ServiceProcess service = await ServiceProcess.StartAsync(setup);

        await service.RestartAsync();

        // Its log lines do not begin with the pid, as those of the test service do.
        ServiceAddress address = ServiceAddress.Parse(service.Log.All(@"Now listening on: (?<address>\S+)")[^1].Groups["address"].Value);
        string answer = (await HttpConnection.GetOnceAsync(address)).Text;
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"Hello from {service.Pid}\n"), answer);
    }

    private static string FirstProgram()
    {
        string readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        return readme.Split("```csharp", 2)[1].Split("```", 2)[0];
    }

    private static async Task BuildAsync(string project, string output)
    {
        using Process build = Process.Start(new ProcessStartInfo("dotnet", ["build", project, "-c", "Release", "-o", output, "-v", "quiet", "--nologo"])
        {
            RedirectStandardOutput = true,
        })!;
        string said = await build.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await build.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(build.ExitCode == 0, said);
    }
}
