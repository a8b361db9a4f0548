namespace Baton.AspNetCore.WarmingUp;

/// <summary>The client's side of one connection.</summary>
internal interface IWarmUpClient : IAsyncDisposable
{
    /// <summary>Whether the answer was the last one on this connection.</summary>
    bool HasEnded { get; }

    /// <summary>Sends a request and reads the whole answer.</summary>
    /// <exception cref="IOException">No answer, or none that can be understood.</exception>
    Task<WarmUpAnswer> AskAsync(WarmUpRequest request, CancellationToken cancel);
}
