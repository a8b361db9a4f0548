using Baton.Interop;
using Baton.Control;
using Baton.Lifecycle;
using Baton.Resources;
using Microsoft.Extensions.Logging;

namespace Baton.Tests.Control;

/// <summary>The lock of exclusive services, with two of them in one directory in place of two processes.</summary>
public sealed class ExclusiveLockTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("baton-").FullName;
    private readonly Support.RecordingLogger _logger = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Enter_WhileAnotherHasIt_SaysWhoAndSucceedsWhenThatIsGone()
    {
        (ExclusiveLock one, ExclusiveLock two) = (Of("shop"), Of("shop"));
        Assert.Null(one.TryEnter());
        Assert.Equal($"process {Environment.ProcessId} has {_directory}/shop.exclusive", two.TryEnter());

        one.Release(_ => false);
        Assert.NotNull(two.TryEnter());
        one.Leave();
        Assert.Null(two.TryEnter());
        two.Leave();
    }

    // Neither the successor while the predecessor's run, nor the predecessor that serves again while the successor's run.
    [Fact]
    public void Load_UnderAnotherName_StillExcludesThePredecessor()
    {
        (ExclusiveLock old, ExclusiveLock successor) = (Of("shop"), Of("store"));
        Assert.Null(old.TryEnter());
        Pass(old, successor);
        Assert.Contains("have not ended", successor.TryEnter(), StringComparison.Ordinal);
        old.Leave();
        Assert.Null(successor.TryEnter());
        Assert.Contains("have not ended", old.TryEnter(), StringComparison.Ordinal);
        successor.Leave();
        Assert.Null(old.TryEnter());
        Assert.Contains(_logger.Lines, l => l.Event.Name == "ExclusiveLockMoved" && l.Text.Contains("store.exclusive", StringComparison.Ordinal));
        old.Leave();
    }

    [Fact]
    public void Load_FromADirectoryThatIsGone_StopsNobody()
    {
        string gone = Directory.CreateTempSubdirectory("baton-").FullName;
        (ExclusiveLock old, ExclusiveLock successor) = (Of("shop", gone), Of("shop"));
        Assert.Null(old.TryEnter());
        Pass(old, successor);
        Directory.Delete(gone, recursive: true);
        Assert.Null(successor.TryEnter());
        old.Leave();
        successor.Leave();
    }

    private static void Pass(ExclusiveLock from, ExclusiveLock to)
    {
        PassedResource passed = Assert.Single(from.Held);
        to.Load(passed.Key, passed.Handle.Duplicate());
    }

    private ExclusiveLock Of(string name, string? directory = null) =>
        new(name, directory ?? _directory, new TermNumbers(TimeProvider.System), _logger) { IsWanted = true };
}
