namespace RestartLoad.Http2;

/// <summary>HPACK's static table (RFC 7541, appendix A); its indexes begin with 1.</summary>
internal static class StaticTable
{
    public const int Authority = 1;
    public const int MethodGet = 2;
    public const int MethodPost = 3;
    public const int PathRoot = 4;
    public const int SchemeHttp = 6;
    public const int SchemeHttps = 7;
    public const int ContentLength = 28;

    private const int FirstNameWithoutValue = 15;

    private static readonly (string Name, string Value)[] Valued =
    [
        (":authority", ""), (":method", "GET"), (":method", "POST"), (":path", "/"), (":path", "/index.html"),
        (":scheme", "http"), (":scheme", "https"), (":status", "200"), (":status", "204"), (":status", "206"),
        (":status", "304"), (":status", "400"), (":status", "404"), (":status", "500"),
    ];

    private static readonly string[] Names =
    [
        "accept-charset", "accept-encoding", "accept-language", "accept-ranges", "accept", "access-control-allow-origin", "age",
        "allow", "authorization", "cache-control", "content-disposition", "content-encoding", "content-language",
        "content-length", "content-location", "content-range", "content-type", "cookie", "date", "etag", "expect", "expires", "from", "host",
        "if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "last-modified", "link", "location",
        "max-forwards", "proxy-authenticate", "proxy-authorization", "range", "referer", "refresh", "retry-after", "server",
        "set-cookie", "strict-transport-security", "transfer-encoding", "user-agent", "vary", "via", "www-authenticate",
    ];

    /// <summary>The entry, or null when the static table has none of this index.</summary>
    public static (string Name, string Value)? Find(int index) => index switch
    {
        < 1 => null,
        < FirstNameWithoutValue => Valued[index - 1],
        16 => ("accept-encoding", "gzip, deflate"),
        _ when index - FirstNameWithoutValue < Names.Length => (Names[index - FirstNameWithoutValue], ""),
        _ => null,
    };
}
