using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.PackageTests;

/// <summary>The sample in each way in which .NET publishes a program.</summary>
public sealed class PublishModeTests(NewMachine machine)
{
    private const string Runtime = "--use-current-runtime -p:RestoreLockedMode=false";

    [Theory] // issue 15, section 2
    [InlineData("framework-dependent", "")]
    [InlineData("ready-to-run", $"{Runtime} --no-self-contained -p:PublishReadyToRun=true")]
    [InlineData("single-file", $"{Runtime} --no-self-contained -p:PublishSingleFile=true")]
    [InlineData("self-contained", $"{Runtime} --self-contained")]
    [InlineData("trimmed", $"{Runtime} --self-contained -p:PublishTrimmed=true -p:PublishSingleFile=true")]
    [InlineData("native", $"{Runtime} -p:PublishAot=true -p:CppCompilerAndLinker=gcc")]
    public async Task Sample_restarts_under_load_as_the_release_that_took_its_place(string mode, string options)
    {
        string output = machine.PathOf(Path.Combine("published", mode));
        string said = await machine.RunAsync(
            machine.Clone,
            $"dotnet publish samples/Hello --configuration Release {options} --output {output}",
            ("NUGET_PACKAGES", NewMachine.MachineCache));
        Assert.DoesNotContain("warning", said, StringComparison.OrdinalIgnoreCase);
        string link = output + ".current";
        _ = File.CreateSymbolicLink(link, output);
        await using ServiceProcess service = await ServiceProcess.StartAsync(RunningService.Of(Path.Combine(link, "Hello")));
        await using BackgroundLoad load = BackgroundLoad.Start(RunningService.AddressOf(service));
        await load.MoreAsync();

        // As releases are deployed: another directory, and the link is switched.
        TemporaryDirectory.CopyProgram(output, output + ".next");
        File.Delete(link);
        _ = File.CreateSymbolicLink(link, output + ".next");
        _ = await service.RestartAsync();
        Assert.StartsWith(output + ".next/", File.ReadAllText($"/proc/{service.Pid}/maps").Split('\n').Select(PathIn).First(p => p.Contains("Hello", StringComparison.Ordinal)), StringComparison.Ordinal);
        _ = await service.RestartAsync();

        await load.EndWithoutFailureAsync();
        await service.StopAsync();
    }

    [Fact] // E7
    public async Task Single_file_is_replaced_by_the_file_that_was_renamed_over_it()
    {
        string output = machine.PathOf("published/one");
        _ = await machine.RunAsync(
            machine.Clone,
            $"dotnet publish samples/Hello --configuration Release {Runtime} --no-self-contained -p:PublishSingleFile=true --output {output}",
            ("NUGET_PACKAGES", NewMachine.MachineCache));
        string program = Path.Combine(output, "Hello");
        await using ServiceProcess service = await ServiceProcess.StartAsync(RunningService.Of(program));
        await using BackgroundLoad load = BackgroundLoad.Start(RunningService.AddressOf(service));
        await load.MoreAsync();

        TemporaryDirectory.CopyProgram(program, program + ".next");
        File.Move(program + ".next", program, overwrite: true);
        _ = await service.RestartAsync();
        _ = await service.RestartAsync();

        await load.EndWithoutFailureAsync();
        await service.StopAsync();
    }

    [Fact]
    public async Task Native_command_is_one_small_file_that_drives_a_service()
    {
        string output = machine.PathOf("published/baton");
        string said = await machine.RunAsync(
            machine.Clone,
            $"dotnet publish src/Baton.Cli --configuration Release {Runtime} -p:PublishAot=true -p:CppCompilerAndLinker=gcc --output {output}",
            ("NUGET_PACKAGES", NewMachine.MachineCache));
        Assert.DoesNotContain("warning", said, StringComparison.OrdinalIgnoreCase);
        string command = Assert.Single(Directory.GetFiles(output), f => Path.GetExtension(f) != ".pdb");
        Assert.Equal("baton", Path.GetFileName(command));
        Assert.InRange(new FileInfo(command).Length, 1, 10_000_000);
        string hello = machine.PathOf("published/for-baton");
        _ = await machine.RunAsync(
            machine.Clone, $"dotnet publish samples/Hello --configuration Release --output {hello}", ("NUGET_PACKAGES", NewMachine.MachineCache));
        await using ServiceProcess service = await ServiceProcess.StartAsync(RunningService.Of(Path.Combine(hello, "Hello")));

        string restarted = await machine.RunAsync(
            output, "./baton list; ./baton restart Hello; ./baton status Hello", ("BATON_CONTROL_DIR", service.ControlDirectory));

        _ = await service.RestartedAsync();
        Assert.Contains("generation 2", restarted, StringComparison.Ordinal);
        await service.StopAsync();
    }

    private static string PathIn(string mapping) => mapping.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries) is [_, _, _, _, _, var path] ? path : "";
}
