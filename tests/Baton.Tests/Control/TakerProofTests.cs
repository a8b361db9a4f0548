using System.Text;
using Baton.Control;
using Baton.Handover;
using Baton.Interop;
using Baton.Processes;
using Baton.Tests.Support;

namespace Baton.Tests.Control;

/// <summary>S3, S5: who may take over, and what leaves this process before that is known: nothing.</summary>
public sealed class TakerProofTests : IDisposable
{
    private static readonly ControlRequest Request = new(ControlCommand.TakeOver) { Pid = 1, Program = "/srv/app-2" };

    private readonly (Descriptor Ours, Descriptor Theirs) _connection = UnixStream.CreatePair();
    private readonly List<Descriptor> _passed = [];

    private static uint Own => Libc.geteuid();

    public void Dispose()
    {
        _connection.Ours.Dispose();
        _connection.Theirs.Dispose();
        _passed.ForEach(d => d.Dispose());
    }

    [Fact]
    public void Of_OurOwnUser_MayTakeOver()
    {
        TakerProof proof = Of(new Libc.Ucred { pid = 4711, uid = Own });
        using Taker taker = proof.Taker!;
        Assert.Equal((4711, "/srv/app-2"), (taker.Pid, taker.Command.Program));
    }

    // The kernel shows no pid of a process in another pid namespace: what it says itself is for people only.
    [Fact]
    public void Of_AProcessOfAnotherPidNamespace_HasTheNumberThatItSays()
    {
        using Taker taker = Of(new Libc.Ucred { pid = 0, uid = Own }).Taker!;
        Assert.Equal(1, taker.Pid);
    }

    // S3: 50 attempts, each by another user, with what a good one would pass.
    [Fact]
    public void Of_AnotherUser_MayNotWhateverItPasses()
    {
        var before = DescriptorCount.Take();
        for (uint i = 0; i < 50; i++)
        {
            uint user = i < 25 ? Own + 1 + i : uint.MaxValue - i;
            (Descriptor reader, Descriptor writer) = Pipe.Create();
            _passed.AddRange(i % 3 == 0 ? [] : i % 3 == 1 ? [reader, writer] : [writer, reader]);
            TakerProof proof = Of(new Libc.Ucred { pid = i % 2 == 0 ? Environment.ProcessId : 0, uid = user });
            Assert.Null(proof.Taker);
            Assert.Equal($"only a process of user {Own} may take over, not one of user {user}", proof.Problem);
            Assert.Equal(LocalSocket.WouldBlock, LocalSocket.Receive(_connection.Theirs, new byte[1]));
            reader.Dispose();
            writer.Dispose();
            _passed.Clear();
        }

        before.AssertUnchanged();
    }

    [Fact]
    public void Of_DescriptorsThatAreNoPipe_AreClosed()
    {
        var before = DescriptorCount.Take();
        (Descriptor first, Descriptor second) = UnixStream.CreatePair();
        _passed.AddRange([first, second]);
        using (Taker taker = Of(new Libc.Ucred { pid = 4711, uid = Own }).Taker!)
        {
            Assert.True(first.IsClosed);
            Assert.True(second.IsClosed);
        }

        before.AssertUnchanged();
    }

    [Fact]
    public void Adopt_AProcessThatHasLeft_Fails()
    {
        Taker taker = Of(new Libc.Ucred { pid = 4711, uid = Own }).Taker!;
        taker.Dispose();
        (Descriptor channel, Descriptor other) = UnixStream.CreatePair();
        using (channel)
        using (other)
        {
            Assert.Equal(RestartFailure.PeerLost, Assert.Throws<RestartException>(() => taker.Adopt(channel)).Failure);
        }
    }

    // The whole door, as a taker sees it: one line with two descriptors.
    [Fact]
    public void Adopt_AProcessThatWaits_GetsTheChannelAndAPidfd()
    {
        var descriptors = new List<Descriptor>();
        (Descriptor channel, Descriptor other) = UnixStream.CreatePair();
        using (channel)
        using (other)
        using (Taker taker = Of(new Libc.Ucred { pid = 4711, uid = Own }).Taker!)
        {
            using SpawnedProcess adopted = taker.Adopt(channel);
            Assert.Equal((4711, false, true), (adopted.Id, adopted.IsChild, adopted.Lives));
            byte[] line = new byte[1024];
            int length = UnixStream.ReceiveSome(_connection.Theirs, line, descriptors, TakerProof.MostDescriptors);
            Assert.Equal($"{{\"kind\":\"channel\",\"pid\":{Environment.ProcessId}}}\n", Encoding.UTF8.GetString(line, 0, length));
            Assert.Equal(2, descriptors.Count);
            Assert.Equal(Environment.ProcessId, LocalSocket.PeerOf(descriptors[0]).pid);
        }

        descriptors.ForEach(d => d.Dispose());
    }

    private TakerProof Of(Libc.Ucred peer) => TakerProof.Of(_connection.Ours, peer, Request, _passed, Deadline.Limit);
}
