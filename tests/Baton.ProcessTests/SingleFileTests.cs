using System.Diagnostics;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>E7: a service published as one file. It is renamed over by the next release while it runs, as such files are deployed.</summary>
public sealed class SingleFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact] // E7
    public async Task Service_published_as_one_file_is_restarted_as_the_file_that_took_its_place()
    {
        string program = Path.Combine(await PublishAsync(), "TestService");
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup { Command = [program] });
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);
        await load.MoreAsync();

        TemporaryDirectory.CopyProgram(program, program + ".next");
        File.Move(program + ".next", program, overwrite: true);
        await service.RestartAsync();
        await service.RestartAsync();

        await load.EndWithoutFailureAsync();
        await service.StopAsync();
    }

    public void Dispose() => _directory.Dispose();

    private async Task<string> PublishAsync()
    {
        string repository = Repository.Root;
        string copy = _directory.PathOf("copy");
        string output = _directory.PathOf("published");

        // A copy: the other tests run what is built in the repository, and its lock files name no platform.
        foreach (string file in Sources(repository))
        {
            string target = Path.Combine(copy, Path.GetRelativePath(repository, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        using var publish = Process.Start(new ProcessStartInfo("dotnet", [
            "publish", Path.Combine(copy, "tests/TestService"), "--configuration", "Release", "--use-current-runtime", "--self-contained", "false",
            "-p:PublishSingleFile=true", "-p:RestoreLockedMode=false", "-p:NuGetAudit=false", "-p:RunAnalyzers=false", "--output", output,
        ])
        { RedirectStandardOutput = true })!;
        string said = await publish.StandardOutput.ReadToEndAsync();
        await publish.WaitForExitAsync();
        Assert.True(publish.ExitCode == 0, said);
        return output;
    }

    private static IEnumerable<string> Sources(string repository) =>
        Directory.GetFiles(repository)
            .Concat(Directory.GetFiles(Path.Combine(repository, "src"), "*", SearchOption.AllDirectories))
            .Concat(Directory.GetFiles(Path.Combine(repository, "tests/TestService"), "*", SearchOption.AllDirectories))
            .Where(file => Path.GetFileName(file) != "packages.lock.json");
}
