using System.Net.Sockets;

namespace Baton.ProcessTests.Service;

/// <summary>A tool that a .NET process connects to at its start and that lets it go on, as dotnet-trace does with the program that it starts.</summary>
internal sealed class DiagnosticTool : IDisposable
{
    private const int Advertisement = 34;

    // The header of the diagnostic protocol (magic, length 20, command set "process", command "resume", reserved), without a body.
    private static readonly byte[] Resume = [.. "DOTNET_IPC_V1\0"u8, 20, 0, 4, 1, 0, 0];

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private Socket? _connection;

    internal DiagnosticTool(string path)
    {
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
    }

    /// <summary>Lets the first process go, and no other.</summary>
    internal async Task ResumeOneAsync()
    {
        _connection = await _listener.AcceptAsync(TestContext.Current.CancellationToken).AsTask().InTime();
        byte[] advertisement = new byte[Advertisement];
        using var stream = new NetworkStream(_connection, ownsSocket: false);
        await stream.ReadExactlyAsync(advertisement, TestContext.Current.CancellationToken).AsTask().InTime();
        await stream.WriteAsync(Resume, TestContext.Current.CancellationToken);
    }

    public void Dispose()
    {
        _connection?.Dispose();
        _listener.Dispose();
    }
}
