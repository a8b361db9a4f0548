using System.Net;

namespace Baton.ProcessTests.Http;

/// <summary>A client that asks again and again; any answer but a good one is an exception.</summary>
internal interface ILoadClient : IDisposable
{
    Task ExchangeAsync();
}

/// <summary>Opens a connection for each request.</summary>
internal sealed class NewConnectionClient(ServiceAddress address) : ILoadClient
{
    public async Task ExchangeAsync() => Assert.Equal(200, (await HttpConnection.GetOnceAsync(address)).Status);

    public void Dispose()
    {
    }
}

/// <summary>Keeps its connection until the service says that it ends.</summary>
internal sealed class KeepAliveClient(ServiceAddress address) : ILoadClient
{
    private HttpConnection? _connection;

    public async Task ExchangeAsync()
    {
        _connection ??= await HttpConnection.OpenAsync(address);
        HttpAnswer answer = await _connection.GetAsync();
        Assert.Equal(200, answer.Status);
        if (answer.Closes)
        {
            await _connection.EndsAsync();
            Dispose();
        }
    }

    public void Dispose()
    {
        _connection?.Dispose();
        _connection = null;
    }
}

/// <summary>Posts a body, each time over the same connection or over a new one.</summary>
internal sealed class RawPostClient(ServiceAddress address, bool keepsConnection) : ILoadClient
{
    private HttpConnection? _connection;

    public async Task ExchangeAsync()
    {
        _connection ??= await HttpConnection.OpenAsync(address);
        byte[] body = Guid.NewGuid().ToByteArray();
        HttpAnswer answer = await _connection.PostAsync(body);
        Assert.Equal(200, answer.Status);
        Assert.Equal(body, answer.Body);
        if (answer.Closes || !keepsConnection)
        {
            Dispose();
        }
    }

    public void Dispose()
    {
        _connection?.Dispose();
        _connection = null;
    }
}

/// <summary>Posts a body, which an HTTP client can't silently do twice.</summary>
internal sealed class PostClient(HttpClient http) : ILoadClient
{
    public async Task ExchangeAsync()
    {
        byte[] body = Guid.NewGuid().ToByteArray();
        using HttpResponseMessage answer = await http.PostAsync("/echo", new ByteArrayContent(body));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(body, await answer.Content.ReadAsByteArrayAsync());
    }

    public void Dispose()
    {
    }
}
