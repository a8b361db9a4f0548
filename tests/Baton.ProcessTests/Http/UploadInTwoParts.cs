using System.Net;

namespace Baton.ProcessTests.Http;

/// <summary>A body of unknown length, the second half of which is sent only when the test says so.</summary>
internal sealed class UploadInTwoParts : HttpContent
{
    private const int PartBytes = 20_000;
    private readonly TaskCompletionSource _firstPartSent = new();
    private readonly TaskCompletionSource _secondPart = new();

    internal static readonly byte[] Whole = [.. Enumerable.Range(0, 2 * PartBytes).Select(i => (byte)i)];

    internal Task FirstPartSent => _firstPartSent.Task;

    internal void SendSecondPart() => _secondPart.SetResult();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync(Whole.AsMemory(0, PartBytes));
        await stream.FlushAsync();
        _firstPartSent.SetResult();
        await _secondPart.Task;
        await stream.WriteAsync(Whole.AsMemory(PartBytes));
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
