namespace RestartLoad.Load;

/// <summary>
/// One kind of load: so many requests per second (0: as fast as possible), made by so many requesters at a time.
/// Owns what its requesters share, such as HTTP/2 connections.
/// </summary>
internal sealed class LoadMode(
    string name,
    double rate,
    int concurrency,
    Func<int, IRequester> createRequester,
    params IReadOnlyList<IAsyncDisposable> shared)
    : IAsyncDisposable
{
    public string Name => name;

    public double Rate => rate;

    public int Concurrency => concurrency;

    /// <param name="number">From 0 to <see cref="Concurrency"/> - 1.</param>
    public IRequester CreateRequester(int number) => createRequester(number);

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable resource in shared)
        {
            await resource.DisposeAsync();
        }
    }
}
