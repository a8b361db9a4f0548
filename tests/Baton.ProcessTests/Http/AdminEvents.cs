using System.Text;
using System.Text.Json.Nodes;

namespace Baton.ProcessTests.Http;

/// <summary>The events of a service, as a browser reads them, over one connection.</summary>
internal sealed class AdminEvents : IDisposable
{
    private readonly HttpConnection _connection;
    private string _unread = "";

    private AdminEvents(HttpConnection connection) => _connection = connection;

    internal static async Task<AdminEvents> FollowAsync(AdminClient client, string query = "")
    {
        HttpConnection connection = await client.BeginAsync("GET", $"/events{query}");
        (int status, Dictionary<string, string> headers) = await connection.ReceiveHeadAsync();
        Assert.Equal((200, "text/event-stream"), (status, headers["Content-Type"]));
        return new AdminEvents(connection);
    }

    /// <summary>The next event; null at the end.</summary>
    internal async Task<(string Name, JsonNode Data)?> NextAsync()
    {
        while (true)
        {
            int end;
            while ((end = _unread.IndexOf("\n\n", StringComparison.Ordinal)) < 0)
            {
                byte[] chunk = await _connection.ReceiveChunkAsync();
                if (chunk.Length == 0)
                {
                    Assert.Equal("", _unread);
                    return null;
                }

                _unread += Encoding.UTF8.GetString(chunk);
            }

            string[] lines = _unread[..end].Split('\n');
            _unread = _unread[(end + 2)..];
            if (lines is [var name, var data])
            {
                return (name["event: ".Length..], JsonNode.Parse(data["data: ".Length..])!);
            }

            Assert.Equal(["retry: 500"], lines);
        }
    }

    /// <summary>The next event of a kind; others before it are passed over.</summary>
    internal async Task<JsonNode> UntilAsync(string name)
    {
        (string Name, JsonNode Data) next;
        do
        {
            next = await NextAsync() ?? throw new EndOfStreamException($"The events ended before {name}.");
        }
        while (next.Name != name);
        return next.Data;
    }

    /// <summary>What is left, to the end.</summary>
    internal async Task<IReadOnlyList<(string Name, JsonNode Data)>> ToEndAsync()
    {
        var events = new List<(string, JsonNode)>();
        while (await NextAsync() is { } next)
        {
            events.Add(next);
        }

        return events;
    }

    public void Dispose() => _connection.Dispose();
}
