using System.Globalization;
using RestartLoad.Http1;
using RestartLoad.Wire;

namespace RestartLoad.Modes;

/// <summary>
/// A big answer, read slowly and through a small receive buffer: the kernel can't hold it, so the process that began it has to
/// stay until its end.
/// </summary>
internal sealed class DownloadExchange(Target target, long length) : IExchange
{
    /// <summary>With a full 16 KB buffer per read these are at most 8 MB per second.</summary>
    private static readonly TimeSpan PauseBetweenReads = TimeSpan.FromMilliseconds(2);

    public int? ReceiveBufferSize => 64 * 1024;

    public async Task<int?> RunAsync(Http1Connection connection, CancellationToken cancellation)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"/big?bytes={length}");
        await connection.SendAsync(RequestHead.Get(target.Authority, path, close: false), cancellation);
        return await connection.ReceiveAsync(new ZeroBody(length), PauseBetweenReads, cancellation);
    }
}
