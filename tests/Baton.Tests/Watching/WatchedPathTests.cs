using System.Diagnostics;
using Baton.Watching;

namespace Baton.Tests.Watching;

public sealed class WatchedPathTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("baton-watch-").FullName;

    private string File1 => Path.Combine(_directory, "app.json");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Look_WrittenInPlace_WithTheSameLengthInTheSameInstant_IsSeen()
    {
        File.WriteAllText(File1, "one");
        var path = new WatchedPath(File1, TimeProvider.System);
        string before = path.Look();
        File.WriteAllText(File1, "two");
        Assert.NotEqual(before, path.Look());
    }

    [Fact]
    public void Look_TheSameContentWrittenAgain_IsNoChange()
    {
        File.WriteAllText(File1, "one");
        var path = new WatchedPath(File1, TimeProvider.System);
        string before = path.Look();
        File.WriteAllText(File1 + ".new", "one");
        File.Move(File1 + ".new", File1, overwrite: true);
        File.SetLastWriteTimeUtc(File1, DateTime.UtcNow.AddHours(1));
        Assert.Equal(before, path.Look());
    }

    [Fact]
    public void Look_OfAnOldFile_ReadsItAgainOnlyWhenItsTimeOrLengthHasChanged()
    {
        File.WriteAllText(File1, "one");
        File.SetLastWriteTimeUtc(File1, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var path = new WatchedPath(File1, TimeProvider.System);
        string before = path.Look();
        Assert.Equal(before, path.Look());
        File.WriteAllText(File1, "three");
        File.SetLastWriteTimeUtc(File1, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.NotEqual(before, path.Look());
    }

    [Fact]
    public void Look_RemovedForAMoment_CountsAsItWas()
    {
        File.WriteAllText(File1, "one");
        var path = new WatchedPath(File1, TimeProvider.System);
        string before = path.Look();
        File.Delete(File1);
        Assert.Equal(before, path.Look());
        File.WriteAllText(File1, "one");
        Assert.Equal(before, path.Look());
        File.WriteAllText(File1, "two");
        Assert.NotEqual(before, path.Look());
    }

    [Fact]
    public void Look_OfWhatIsNotThereYet_SeesItCome()
    {
        var path = new WatchedPath(File1, TimeProvider.System);
        Assert.Empty(path.Look());
        File.WriteAllText(File1, "one");
        Assert.NotEmpty(path.Look());
    }

    [Fact] // As Kubernetes changes a ConfigMap: app.json -> ..data/app.json, ..data -> ..2026_1.
    public void Look_BehindALinkThatIsSwitched_IsSeen_AsAFileAndAsADirectory()
    {
        foreach (string version in (string[])["..1", "..2"])
        {
            Directory.CreateDirectory(Path.Combine(_directory, version));
            File.WriteAllText(Path.Combine(_directory, version, "app.json"), version);
        }

        File.CreateSymbolicLink(Path.Combine(_directory, "..data"), "..1");
        File.CreateSymbolicLink(File1, "..data/app.json");
        WatchedPath[] paths = [new(File1, TimeProvider.System), new(_directory, TimeProvider.System)];
        string[] before = [.. paths.Select(p => p.Look())];
        Assert.Equal(before, paths.Select(p => p.Look()));

        File.CreateSymbolicLink(Path.Combine(_directory, "..tmp"), "..2");
        Run("mv", "-T", Path.Combine(_directory, "..tmp"), Path.Combine(_directory, "..data"));

        Assert.All(paths.Zip(before), pair => Assert.NotEqual(pair.Second, pair.First.Look()));
    }

    [Fact]
    public void Look_OfADirectory_SeesFilesComeAndGo_NotThoseBelow()
    {
        File.WriteAllText(File1, "one");
        var path = new WatchedPath(_directory, TimeProvider.System);
        string before = path.Look();
        Directory.CreateDirectory(Path.Combine(_directory, "below"));
        File.WriteAllText(Path.Combine(_directory, "below", "x"), "x");
        Assert.Equal(before, path.Look());
        File.WriteAllText(Path.Combine(_directory, "another"), "x");
        string two = path.Look();
        Assert.NotEqual(before, two);
        File.Delete(Path.Combine(_directory, "another"));
        Assert.Equal(before, path.Look());
    }

    [Fact]
    public void Look_OfAFifoOrADevice_DoesNotWait()
    {
        Run("mkfifo", File1);
        var fifo = new WatchedPath(File1, TimeProvider.System);
        Assert.Empty(fifo.Look());
        Assert.Empty(new WatchedPath("/dev/zero", TimeProvider.System).Look());
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
