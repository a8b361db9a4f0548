using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests.Http;

/// <summary>
/// One HTTP/1.1 connection of a client that is as strict as can be: never connects or asks a second time, and takes a byte too few or too
/// many as a failure.
/// </summary>
internal sealed class HttpConnection : IDisposable
{
    private const int BufferBytes = 64 * 1024;
    private readonly Stream _stream;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _start;
    private int _end;

    private HttpConnection(Stream stream) => _stream = stream;

    internal static async Task<HttpConnection> OpenAsync(ServiceAddress address)
    {
        Socket socket = address.NewSocket();
        Stream? stream = null;
        try
        {
            await socket.ConnectAsync(address.EndPoint).InTime();
            stream = new NetworkStream(socket, ownsSocket: true);
            return new HttpConnection(address.Tls ? await EncryptAsync(stream) : stream);
        }
        catch
        {
            stream?.Dispose();
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Opens a connection, asks, and closes it.</summary>
    internal static async Task<HttpAnswer> GetOnceAsync(ServiceAddress address, string path = "/")
    {
        using HttpConnection connection = await OpenAsync(address);
        return await connection.GetAsync(path);
    }

    internal async Task<HttpAnswer> GetAsync(string path = "/")
    {
        await SendGetAsync(path);
        return await ReceiveAsync();
    }

    /// <summary>Sends a body to <c>/echo</c>.</summary>
    internal async Task<HttpAnswer> PostAsync(byte[] body)
    {
        byte[] head = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: {body.Length}\r\n\r\n"));
        await SendAsync((byte[])[.. head, .. body]);
        return await ReceiveAsync();
    }

    /// <summary>Asks until an answer says that it is the last one, and requires that the connection ends with it.</summary>
    /// <returns>The answers, all of them good.</returns>
    internal async Task<IReadOnlyList<HttpAnswer>> GetUntilClosedAsync()
    {
        var answers = new List<HttpAnswer>();
        do
        {
            answers.Add(await GetAsync());
        }
        while (!answers[^1].Closes);
        await EndsAsync();
        Assert.All(answers, a => Assert.Equal(200, a.Status));
        return answers;
    }

    internal Task SendGetAsync(string path, string header = "Accept: */*") =>
        SendAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: test\r\n{header}\r\n\r\n"));

    /// <summary>Sends whatever it is.</summary>
    internal Task SendTextAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    internal async Task<HttpAnswer> ReceiveAsync()
    {
        (int status, Dictionary<string, string> headers) = await ReceiveHeadAsync();
        byte[] body = headers.TryGetValue("Content-Length", out string? length)
            ? await ReceiveBytesAsync(int.Parse(length, CultureInfo.InvariantCulture))
            : await ReceiveChunksAsync();
        return new HttpAnswer(status, headers, body);
    }

    internal async Task<(int Status, Dictionary<string, string> Headers)> ReceiveHeadAsync()
    {
        string[] statusLine = (await ReceiveLineAsync()).Split(' ');
        Assert.Equal("HTTP/1.1", statusLine[0]);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await ReceiveLineAsync() is { Length: > 0 } line)
        {
            string[] parts = line.Split(": ", 2);
            headers.Add(parts[0], parts[1]);
        }

        return (int.Parse(statusLine[1], CultureInfo.InvariantCulture), headers);
    }

    internal async Task<byte[]> ReceiveBytesAsync(int count)
    {
        byte[] bytes = new byte[count];
        for (int got = 0; got < count;)
        {
            await RequireMoreAsync();
            int take = Math.Min(count - got, _end - _start);
            _buffer.AsSpan(_start, take).CopyTo(bytes.AsSpan(got));
            _start += take;
            got += take;
        }

        return bytes;
    }

    /// <summary>Requires that the service ends the connection now, without another byte.</summary>
    internal async Task EndsAsync() => Assert.False(await FillAsync(), "Bytes came after the end of the answer.");

    public void Dispose() => _stream.Dispose();

    private static async Task<Stream> EncryptAsync(Stream inner)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = TestCertificate.IsIt,
        };
        var stream = new SslStream(inner);
        await stream.AuthenticateAsClientAsync(options).InTime();
        return stream;
    }

    private Task SendAsync(ReadOnlyMemory<byte> bytes) => _stream.WriteAsync(bytes).AsTask().InTime();

    /// <summary>A part of an answer whose length was not known; empty for its end.</summary>
    internal async Task<byte[]> ReceiveChunkAsync()
    {
        int size = int.Parse(await ReceiveLineAsync(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        byte[] chunk = await ReceiveBytesAsync(size);
        Assert.Equal("", await ReceiveLineAsync());
        return chunk;
    }

    private async Task<byte[]> ReceiveChunksAsync()
    {
        var body = new MemoryStream();
        while (await ReceiveChunkAsync() is { Length: > 0 } chunk)
        {
            body.Write(chunk);
        }

        return body.ToArray();
    }

    private async Task<string> ReceiveLineAsync()
    {
        var line = new StringBuilder();
        do
        {
            await RequireMoreAsync();
            line.Append((char)_buffer[_start++]);
        }
        while (line.Length < 2 || line[^2] != '\r' || line[^1] != '\n');
        return line.ToString(0, line.Length - 2);
    }

    private async Task RequireMoreAsync()
    {
        if (_start == _end && !await FillAsync())
        {
            throw new EndOfStreamException("The service ended the connection in the middle of an answer, or instead of one.");
        }
    }

    private async Task<bool> FillAsync()
    {
        if (_start == _end)
        {
            _start = 0;
            _end = await _stream.ReadAsync(_buffer).AsTask().InTime("an answer of the service");
        }

        return _end > _start;
    }
}
