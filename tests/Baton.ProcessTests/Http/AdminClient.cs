using System.Text;
using System.Text.Json.Nodes;

namespace Baton.ProcessTests.Http;

/// <summary>An answer of the admin API.</summary>
internal sealed record AdminAnswer(HttpAnswer Http)
{
    internal int Status => Http.Status;

    internal string Type => Http.Headers.GetValueOrDefault("Content-Type", "");

    internal JsonNode Json => JsonNode.Parse(Http.Body)!;

    internal string? Failure => (string?)Json["failure"];

    internal string? Rule => (string?)Json["rule"];

    internal string Detail => (string)Json["detail"]!;
}

/// <summary>A client of the admin API that sends what it is told and nothing else: a connection for each request, and no header but <c>Host</c>.</summary>
internal sealed class AdminClient(ServiceAddress address, string root = "/debug/admin")
{
    internal string Host { get; init; } = address.EndPoint is System.Net.IPEndPoint ip ? ip.ToString() : "localhost";

    internal Task<AdminAnswer> GetAsync(string path, params string[] headers) => AskAsync("GET", path, form: null, headers);

    internal Task<AdminAnswer> PostAsync(string path, string? form = null, params string[] headers) => AskAsync("POST", path, form, headers);

    internal async Task<AdminAnswer> AskAsync(string method, string path, string? form, params string[] headers)
    {
        using HttpConnection connection = await BeginAsync(method, path, form, headers);
        return new AdminAnswer(await connection.ReceiveAsync());
    }

    /// <summary>Sends a request; the answer is still to be received.</summary>
    internal async Task<HttpConnection> BeginAsync(string method, string path, string? form = null, params string[] headers)
    {
        HttpConnection connection = await HttpConnection.OpenAsync(address);
        await connection.SendTextAsync(Request(method, path, form, headers));
        return connection;
    }

    internal string Request(string method, string path, string? form = null, params string[] headers)
    {
        var text = new StringBuilder($"{method} {root}{path} HTTP/1.1\r\nHost: {Host}\r\n");
        foreach (string header in headers)
        {
            text.Append(header).Append("\r\n");
        }

        return form is null
            ? text.Append("\r\n").ToString()
            : text.Append("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ").Append(form.Length).Append("\r\n\r\n").Append(form).ToString();
    }
}
