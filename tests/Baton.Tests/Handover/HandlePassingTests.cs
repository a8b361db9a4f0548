using System.Net.Sockets;
using Baton.Handover;
using Baton.Interop;
using Baton.Resources;
using Baton.Tests.Support;
using Microsoft.Win32.SafeHandles;

namespace Baton.Tests.Handover;

/// <summary>The application's handles on their way from a predecessor to its successor, both ends in this process.</summary>
public sealed class HandlePassingTests : IDisposable
{
    // No other test opens it.
    private const string Opened = "/proc/sys/kernel/ostype";

    private readonly RegistryFixture _fixture = new();
    private readonly SocketRegistry _successor;
    private readonly HandleRegistry _given, _received;
    private readonly HandoverChannel _ours;
    private readonly Descriptor _theirs;
    private readonly ResourceSender _sender;

    public HandlePassingTests()
    {
        _successor = _fixture.NewRegistry();
        (_given, _received) = (new(_fixture.Registry.Resources), new(_successor.Resources));
        (_ours, _theirs) = HandoverChannel.CreatePair(Deadline.Limit);
        _sender = new ResourceSender(_ours, _fixture.Registry.Resources, generation: 2);
    }

    public void Dispose()
    {
        _sender.End();
        _ours.Dispose();
        _fixture.Dispose();
    }

    // C4: more than one message takes, and more than the kernel takes in one.
    [Fact]
    public async Task Greet_AThousandHandlesAndAListener_AllArrive()
    {
        SafeFileHandle[] files = [.. Enumerable.Range(0, 1000).Select(_ => File.OpenHandle(Opened))];
        for (int i = 0; i < files.Length; i++)
        {
            _given.Pass($"file {i}", files[i]);
        }

        _fixture.Registry.Listen(RegistryFixture.AnyPort);
        using PredecessorLink link = await GreetAsync();

        Assert.Equal(1000, _received.Untaken.Count);
        Assert.Equal(1, _successor.Resources.Unclaimed.Count);
        using (SafeFileHandle taken = _received.Take("file 999")!)
        {
            Assert.Equal(OpenFiles.Target((int)files[999].DangerousGetHandle()), OpenFiles.Target((int)taken.DangerousGetHandle()));
        }

        Array.ForEach(files, f => f.Dispose());
        _successor.Resources.Release([]);
        Assert.DoesNotContain(OpenFiles.All(), fd => OpenFiles.Target(fd) is { } target && target.EndsWith(Opened, StringComparison.Ordinal));
    }

    // A connection that begins while the successor starts.
    [Fact]
    public async Task Pass_AfterTheGreeting_ArrivesToo()
    {
        using PredecessorLink link = await GreetAsync();
        using SafeFileHandle file = File.OpenHandle("/proc/self/stat");
        _given.Pass("late", file);
        Received received = link.Channel.Receive()!;
        Assert.Equal(["passed:late"], Assert.IsType<HandoverMessage.MoreListeners>(received.Message).Keys);
        _successor.Resources.InheritLater(PassedHandles.KeyOf("late"), Assert.Single(received.Descriptors));
        Assert.Equal(["late"], _received.Untaken);
    }

    // The client of a connection that its process closes must not wait for the successor.
    [Fact]
    public async Task Close_BeforeTheHandover_IsToldTheSuccessorButNotAfterIt()
    {
        using SafeFileHandle first = File.OpenHandle("/proc/self/stat"), second = File.OpenHandle("/proc/self/stat");
        _given.Pass("first", first);
        _given.Pass("second", second);
        using PredecessorLink link = await GreetAsync();
        first.Dispose();
        _fixture.Registry.Resources.SetPassedOn(true);
        second.Dispose();
        _fixture.Registry.Resources.ToSuccessor.Settling!();
        _ours.Send(new HandoverMessage.TakenBack());

        Assert.Equal(["passed:first"], Assert.IsType<HandoverMessage.Dropped>(link.Channel.Receive()!.Message).Keys);
        Assert.IsType<HandoverMessage.TakenBack>(link.Channel.Receive()!.Message);
    }

    [Fact]
    public async Task NotTaken_BySuccessorThatServes_ClosesItHereButNotBefore()
    {
        using SafeFileHandle file = File.OpenHandle("/proc/self/stat");
        _given.Pass("log", file);
        using PredecessorLink link = await GreetAsync();
        _sender.NotTaken(["passed:log"]);
        Assert.Contains("/stat", OpenFiles.Target((int)file.DangerousGetHandle()), StringComparison.Ordinal);
        _fixture.Registry.Resources.SetPassedOn(true);
        _sender.NotTaken(["passed:log"]);
        Assert.DoesNotContain("/stat", OpenFiles.Target((int)file.DangerousGetHandle()), StringComparison.Ordinal);
    }

    private async Task<PredecessorLink> GreetAsync()
    {
        _sender.SendAhead();
        var greeting = Task.Run(() => PredecessorLink.Greet(_theirs, _successor.Resources.Unclaimed, "Shop 1.2.3", Deadline.Limit), TestContext.Current.CancellationToken);
        _sender.Greet((HandoverMessage.Hello)_ours.Receive()!.Message, answered: () => { });
        return await greeting.Soon();
    }
}
