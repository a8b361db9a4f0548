using System.Buffers;

namespace Baton.AspNetCore;

/// <summary>One request of the warm-up, without content.</summary>
/// <param name="Path">Path and query, such as "/search?q=x": begins with a slash, ASCII without spaces.</param>
/// <param name="Method">The HTTP method. Use those that change nothing.</param>
public sealed record WarmUpRequest(string Path, string Method = "GET")
{
    private static readonly SearchValues<char> s_tokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Headers beside <c>Host</c> and the mark. Default none.</summary>
    public IDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The method and the path.</summary>
    /// <returns>Such as "GET /".</returns>
    public override string ToString() => $"{Method} {Path}";

    /// <summary>Whether it can be sent as it is, and is one request.</summary>
    internal bool IsValid =>
        Path is ['/', ..] && Path.All(c => c is > ' ' and < '\x7f') && IsToken(Method) && Headers.All(h => IsToken(h.Key) && h.Value.All(c => c is '\t' or >= ' ' and < '\x7f'));

    private static bool IsToken(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExcept(s_tokenCharacters);
}
