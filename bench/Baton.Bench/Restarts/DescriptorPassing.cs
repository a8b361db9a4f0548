using System.Diagnostics;
using System.Net;
using Baton.Handover;
using Baton.Interop;
using Baton.Resources;

namespace Baton.Bench.Restarts;

/// <summary>
/// Both ends of a handover in this one process: the real channel, messages and registries, but no successor to start. Owns the listeners that it
/// passes.
/// </summary>
internal sealed class DescriptorPassing : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly IReadOnlyList<IPEndPoint> _passed;
    private readonly IReadOnlyList<IPEndPoint> _free;
    private readonly Registry _predecessor;

    /// <param name="passed">Bound here, and passed on again and again.</param>
    /// <param name="free">As many that are bound anew each time.</param>
    public DescriptorPassing(IReadOnlyList<IPEndPoint> passed, IReadOnlyList<IPEndPoint> free)
    {
        (_passed, _free) = (passed, free);
        _predecessor = new Registry();
        _predecessor.ListenOnAll(passed);
    }

    /// <summary>From the successor's hello until it has a socket to accept on for every listener.</summary>
    public TimeSpan Pass()
    {
        using Registry successor = new();
        (HandoverChannel ours, Descriptor theirs) = HandoverChannel.CreatePair(Limit);
        using (ours)
        {
            Thread answering = new(() => Answer(ours)) { IsBackground = true };
            answering.Start();
            long begun = Stopwatch.GetTimestamp();
            using PredecessorLink link = PredecessorLink.Greet(theirs, successor.Listeners.Resources.Unclaimed, "Baton.Bench", Limit);
            successor.ListenOnAll(_passed);
            TimeSpan took = Stopwatch.GetElapsedTime(begun);
            answering.Join();
            return took;
        }
    }

    /// <summary>The same without a predecessor, as at a cold start.</summary>
    public TimeSpan BindAnew()
    {
        using Registry first = new();
        long begun = Stopwatch.GetTimestamp();
        first.ListenOnAll(_free);
        return Stopwatch.GetElapsedTime(begun);
    }

    public void Dispose() => _predecessor.Dispose();

    /// <summary>What <c>SuccessorLink</c> answers to a hello; that class itself can't be had without a process.</summary>
    private void Answer(HandoverChannel channel)
    {
        Poller.Wait(channel.Number, Libc.POLLIN, Limit);
        channel.Receive()!.WithoutDescriptors();
        HeldListener[][] batches = [.. _predecessor.Listeners.Resources.Held.Chunk(HandoverProtocol.MaxBatch)];
        for (int i = 0; i < batches.Length; i++)
        {
            Descriptor[] descriptors = [.. batches[i].Select(l => l.Descriptor.Duplicate())];
            string[] keys = [.. batches[i].Select(l => l.Key.ToString())];
            channel.Send(
                new HandoverMessage.Listeners(HandoverProtocol.MaxVersion, Environment.ProcessId, 2, keys, More: i + 1 < batches.Length),
                [.. descriptors.Select(d => d.Number)]);
            Array.ForEach(descriptors, d => d.Dispose());
        }
    }
}
