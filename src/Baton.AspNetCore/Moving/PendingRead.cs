using System.IO.Pipelines;
using System.Threading.Tasks.Sources;

namespace Baton.AspNetCore.Moving;

/// <summary>A read that waits, one after another, without an allocation for each.</summary>
internal sealed class PendingRead : IValueTaskSource<ReadResult>
{
    private ManualResetValueTaskSourceCore<ReadResult> _core;

    /// <summary>Begins the next one.</summary>
    internal ValueTask<ReadResult> Begin()
    {
        _core.Reset();
        return new(this, _core.Version);
    }

    internal void End(ReadResult result) => _core.SetResult(result);

    internal void Fail(Exception exception) => _core.SetException(exception);

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<ReadResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
