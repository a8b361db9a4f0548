using Baton.Control;
using Baton.Handover;
using Baton.Interop;
using Baton.Tests.Support;

namespace Baton.Tests.Control;

/// <summary>S5: 100,000 lines that no Baton would send, each way.</summary>
public class ControlFuzzTests
{
    private const int Seed = 20_261;
    private const int Lines = 100_000;
    private const int LinesPerProcess = 2000;

    // The answer may be a whole status; a request is 64 KiB at most, and what JSON needs for one comes on top.
    private const long MaxAllocated = 1024 * 1024;

    // S5
    [Fact]
    public void Decode_MutatedLines_GivesAMessageOrAProtocolError()
    {
        var mutator = new LineMutator(Seed, [.. ControlSamples.Requests.Select(ControlCodec.Encode), .. ControlSamples.Answers.Select(ControlCodec.Encode)]);
        ForEach(mutator, line =>
        {
            TryTo(() => ControlCodec.Encode(ControlCodec.DecodeRequest(line)));
            TryTo(() => ControlCodec.DecodeAnswer(line) is var answer and not ControlAnswer.Unknown ? ControlCodec.Encode(answer) : []);
        });
    }

    // S5: as a service meets them; some of them shut it down.
    [Fact]
    public void Connection_MutatedRequests_EndsAndLeavesNothingOpen()
    {
        var mutator = new LineMutator(Seed, [.. ControlSamples.Requests.Select(ControlCodec.Encode)]);
        LifecycleFixture process = LifecycleFixture.Serving();
        int served = 0;
        var before = DescriptorCount.Take();
        ForEach(mutator, line =>
        {
            if (++served % LinesPerProcess == 0)
            {
                process = LifecycleFixture.Serving();
            }

            (Descriptor ours, Descriptor theirs) = UnixStream.CreatePair();
            using (theirs)
            {
                UnixStream.Send(theirs, line, [], Deadline.Limit);
            }

            new ControlConnection(ours, new ControlService(process.Lifecycle, process.Context, () => ControlSamples.Status)).Run(_ => null);
            process.Do(() => { });
        });
        before.AssertUnchanged();
        Assert.False(process.Context.Feed.WantsReports);
        Assert.DoesNotContain("ControlFailed", process.Logger.EventNames);
    }

    private static void TryTo(Func<byte[]> action)
    {
        try
        {
            action();
        }
        catch (ControlException e)
        {
            Assert.Equal(ControlFailure.ProtocolError, e.Failure);
        }
    }

    private static void ForEach(LineMutator mutator, Action<byte[]> test)
    {
        for (int i = 0; i < Lines; i++)
        {
            byte[] line = mutator.Next();
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            Exception? unexpected = Record.Exception(() => test(line));
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            Assert.True(unexpected is null, $"Line {i} of seed {Seed}, {Convert.ToHexString(line)}: {unexpected}");
            Assert.True(allocated < MaxAllocated, $"Line {i} of seed {Seed}, {Convert.ToHexString(line)}: allocated {allocated} bytes");
        }
    }
}
