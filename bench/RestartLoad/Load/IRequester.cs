namespace RestartLoad.Load;

/// <summary>Makes one request at a time, again and again, and never the same one twice.</summary>
internal interface IRequester : IAsyncDisposable
{
    /// <summary>Makes one request and returns the pid its answer names; null when it names none.</summary>
    /// <exception cref="Measuring.RequestFailedException">It got no right answer. Other exceptions are classified by the
    /// caller.</exception>
    Task<int?> RequestAsync(CancellationToken cancellation);
}
