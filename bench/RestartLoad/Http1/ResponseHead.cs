using System.Globalization;
using RestartLoad.Measuring;

namespace RestartLoad.Http1;

/// <summary>
/// Status line and headers of an answer. The parser is strict: what RFC 9112 calls an error is one here, since a lenient client
/// would take the rest of a cut answer for a new one.
/// </summary>
internal sealed record ResponseHead(int Status, long? ContentLength, bool IsChunked, bool Closes, int? Pid)
{
    public bool IsInterim => Status is >= 100 and < 200;

    public bool HasNoBody => Status is 204 or 304 || IsInterim;

    /// <param name="text">Everything up to, and without, the empty line.</param>
    /// <exception cref="RequestFailedException"><see cref="Outcome.Malformed"/></exception>
    public static ResponseHead Parse(string text)
    {
        string[] lines = text.Split("\r\n");
        ResponseHead head = ParseStatusLine(lines[0]);
        foreach (string line in lines.AsSpan(1))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || line.AsSpan(0, colon).ContainsAny(" \t\r\n"))
            {
                throw Malformed($"header line '{line}'");
            }

            head = head.With(line[..colon].ToLowerInvariant(), line[(colon + 1)..].Trim(' ', '\t'));
        }

        return head is { IsChunked: true, ContentLength: not null }
            ? throw Malformed("both Transfer-Encoding and Content-Length")
            : head;
    }

    private static ResponseHead ParseStatusLine(string line)
    {
        bool isHttp1 = line.StartsWith("HTTP/1.1 ", StringComparison.Ordinal)
            || line.StartsWith("HTTP/1.0 ", StringComparison.Ordinal);
        if (!isHttp1 || line.Length < 12 || (line.Length > 12 && line[12] != ' ')
            || !int.TryParse(line.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture, out int status))
        {
            throw Malformed($"status line '{line}'");
        }

        bool closesByDefault = line[7] == '0';
        return new ResponseHead(status, null, IsChunked: false, closesByDefault, null);
    }

    private ResponseHead With(string name, string value) => name switch
    {
        "content-length" when ContentLength is not null => throw Malformed("Content-Length twice"),
        "content-length" => this with { ContentLength = ParseLength(value) },
        "transfer-encoding" when value.Equals("chunked", StringComparison.OrdinalIgnoreCase) => this with { IsChunked = true },
        "transfer-encoding" => throw Malformed($"Transfer-Encoding '{value}'"),
        "connection" when value.Contains("close", StringComparison.OrdinalIgnoreCase) => this with { Closes = true },
        "connection" when value.Contains("keep-alive", StringComparison.OrdinalIgnoreCase) => this with { Closes = false },
        "x-pid" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int pid) => this with { Pid = pid },
        _ => this,
    };

    private static long ParseLength(string value) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long length)
            ? length
            : throw Malformed($"Content-Length '{value}'");

    private static RequestFailedException Malformed(string what) => new(Outcome.Malformed, "malformed answer: " + what);
}
