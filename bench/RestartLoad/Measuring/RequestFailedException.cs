namespace RestartLoad.Measuring;

/// <summary>A request that did not get its answer. <see cref="Pid"/> is known when the head of the answer had arrived.</summary>
internal sealed class RequestFailedException(Outcome outcome, string message, int? pid = null, Exception? inner = null)
    : Exception(message, inner)
{
    public Outcome Outcome { get; } = outcome;

    public int? Pid { get; } = pid;
}
