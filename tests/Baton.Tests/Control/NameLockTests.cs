using System.Runtime.InteropServices;
using Baton.Control;
using Baton.Interop;
using Baton.Resources;
using Baton.Tests.Support;

namespace Baton.Tests.Control;

/// <summary>The lock of the service's name: one process has it, the kernel frees it, a restart passes it on.</summary>
public sealed class NameLockTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingLogger _logger = new();
    private readonly List<NameLock> _locks = [];

    private string Place => Path.Combine(_directory.File("."), "shop.lock");

    public void Dispose()
    {
        _locks.ForEach(l => l.Release(static _ => true));
        Directory.CreateDirectory(_directory.File("."));
        _directory.Dispose();
    }

    [Fact]
    public void Take_Free_IsOursAndTheFileSaysSo()
    {
        NameLock ours = Serving();
        Assert.Equal(Environment.ProcessId, ours.Holder);
        Assert.Equal($"{Environment.ProcessId}", File.Exists(Place) ? Content().Trim() : "");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Place));
        Assert.Empty(_logger.Lines);
        using Descriptor held = Assert.Single(ours.Held).Handle.Duplicate();
        Assert.True(OpenFiles.IsCloseOnExec((int)ours.Held[0].Handle.DangerousGetHandle()));
    }

    [Fact]
    public void Take_BeforeItIsWanted_TakesNothing()
    {
        NameLock idle = New();
        idle.Take();
        Assert.Null(idle.Holder);
        Assert.False(File.Exists(Place));
    }

    // It refuses nobody, and says so once.
    [Fact]
    public void Take_AnotherHasIt_NamesTheHolderOnceAndTakesItWhenItIsFree()
    {
        NameLock first = Serving();
        Pretend(4711);
        NameLock second = Serving();
        second.Take();
        Assert.Equal(4711, second.Holder);
        Assert.Equal("NameTaken", Assert.Single(_logger.EventNames));
        Assert.StartsWith("The name shop is held by process 4711;", _logger.Lines[0].Text, StringComparison.Ordinal);

        first.Release(static _ => false);
        second.Take();
        Assert.Equal(Environment.ProcessId, second.Holder);
        Assert.Single(second.Held);
    }

    // A complete restart, or a predecessor of an older version.
    [Fact]
    public void Take_ThePredecessorHasIt_IsNothingToTell()
    {
        Serving();
        Pretend(4711);
        NameLock second = Serving(predecessor: 4711);
        Assert.Empty(second.Held);
        Assert.Empty(_logger.Lines);
    }

    // What holds it is the open file description: no copy, no gap.
    [Fact]
    public void Load_PassedOn_IsHeldUntilTheLastCopyIsClosed()
    {
        NameLock predecessor = Serving();
        NameLock successor = New();
        Pass(predecessor, successor);
        Assert.False(IsFree(), "both have it");

        predecessor.Release(static _ => false);
        Assert.True(File.Exists(Place));
        Assert.False(IsFree(), "the successor has it");

        successor.Release(static _ => false);
        Assert.False(File.Exists(Place));
        Assert.True(IsFree());
    }

    // A roll back: the predecessor has had it all the time.
    [Fact]
    public void Want_AfterItWasPassedOn_IsOursAgain()
    {
        NameLock predecessor = Serving();
        NameLock successor = New();
        Pass(predecessor, successor);
        Pretend(4712);
        successor.Release(static _ => true);
        Assert.False(IsFree());

        predecessor.Want();
        predecessor.Take();
        Assert.Equal($"{Environment.ProcessId}", Content().Trim());
        predecessor.Release(static _ => false);
        Assert.False(File.Exists(Place));
    }

    // A restart that changes the name or the directory.
    [Fact]
    public void Load_OfAnotherName_IsClosed()
    {
        NameLock predecessor = Serving();
        NameLock successor = New(name: "store");
        Pass(predecessor, successor);
        Assert.Empty(successor.Held);
        predecessor.Release(static _ => false);
        Assert.True(IsFree());
    }

    // What cleans up temporary files may remove it; a file of the same name would be another lock.
    [Fact]
    public void Take_TheFileWasRemoved_LocksTheNewOne()
    {
        NameLock ours = Serving();
        File.Delete(Place);
        ours.Take();
        Assert.True(File.Exists(Place));
        Assert.False(IsFree());
    }

    [Fact]
    public void Yield_ForAnotherProgram_FreesItAndItCanBeWantedAgain()
    {
        NameLock ours = Serving();
        ours.Yield();
        ours.Take();
        Assert.True(IsFree());
        ours.Want();
        ours.Take();
        Assert.Single(ours.Held);
    }

    [Fact]
    public void Take_AfterTheRelease_TakesNothing()
    {
        NameLock ours = Serving();
        ours.Release(static _ => false);
        ours.Want();
        ours.Take();
        Assert.Empty(ours.Held);
        Assert.False(File.Exists(Place));
    }

    [Theory]
    [InlineData("directory")]
    [InlineData("link")]
    [InlineData("missing")]
    public void Take_ThePathIsNoFileOfOurs_IsNoFailure(string what)
    {
        switch (what)
        {
            case "directory":
                Directory.CreateDirectory(Place);
                break;
            case "link":
                File.CreateSymbolicLink(Place, _directory.File("elsewhere"));
                break;
            default:
                Directory.Delete(_directory.File("."));
                break;
        }

        NameLock ours = Serving();
        Assert.Empty(ours.Held);
        Assert.Null(ours.Holder);
        Assert.Empty(_logger.Lines);
        Assert.False(File.Exists(_directory.File("elsewhere")));
    }

    // An older successor names no kinds, and gets nothing.
    [Fact]
    public void Pass_ToASuccessorThatDoesNotLoadIt_SendsNothing()
    {
        var resources = new CommitResources(_logger);
        NameLock ours = Serving();
        resources.Add(ours);
        Assert.Empty(resources.Pass([]));
        Assert.Equal(["lock", "state", "exclusive"], ResourcePolicy.LoadedAtCommit);
        Assert.Equal($"lock:{Place}", Assert.Single(resources.Pass(["lock"])).Key.ToString());
        Assert.Equal([$"lock:{Place}"], resources.Keys.Select(k => k.ToString()));
    }

    private NameLock New(int? predecessor = null, string name = "shop")
    {
        var binding = new Lazy<ControlBinding>(() => new ControlBinding(_directory.File("."), name, Deadline.Limit, _logger));
        var made = new NameLock(binding, predecessor, _logger);
        _locks.Add(made);
        return made;
    }

    private NameLock Serving(int? predecessor = null)
    {
        NameLock serving = New(predecessor);
        serving.Want();
        serving.Take();
        return serving;
    }

    private static void Pass(NameLock from, NameLock to)
    {
        from.Passing();
        PassedResource passed = Assert.Single(from.Held);
        to.Load(ResourceKey.Parse(passed.Key.ToString()), passed.Handle.Duplicate());
    }

    // Another process wrote the file.
    private void Pretend(int pid) => Write($"{pid,-10}\n");

    private void Write(string text)
    {
        using var file = new Descriptor(Libc.open(Place, Libc.O_WRONLY | Libc.O_CLOEXEC));
        using var stream = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(file.Number, ownsHandle: false), FileAccess.Write);
        stream.Write(System.Text.Encoding.ASCII.GetBytes(text));
    }

    // The runtime's own readers lock a file, too.
    private string Content() => System.Text.Encoding.ASCII.GetString(PlainFile.Read(Place, 100)!);

    private bool IsFree()
    {
        using var file = new Descriptor(Libc.open(Place, Libc.O_CLOEXEC));
        return file.IsInvalid || Libc.flock(file.Number, Libc.LOCK_EX | Libc.LOCK_NB) == 0;
    }
}
