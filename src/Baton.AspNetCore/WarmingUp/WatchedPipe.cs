using System.IO.Pipelines;

namespace Baton.AspNetCore.WarmingUp;

/// <summary>A transport that reports when the server begins to read.</summary>
internal sealed class WatchedPipe(IDuplexPipe inner, Action reading) : IDuplexPipe
{
    public PipeReader Input { get; } = new Reader(inner.Input, reading);

    public PipeWriter Output => inner.Output;

    private sealed class Reader(PipeReader inner, Action reading) : PipeReader
    {
        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            reading();
            return inner.ReadAsync(cancellationToken);
        }

        public override bool TryRead(out ReadResult result)
        {
            reading();
            return inner.TryRead(out result);
        }

        public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) =>
            inner.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);
    }
}
