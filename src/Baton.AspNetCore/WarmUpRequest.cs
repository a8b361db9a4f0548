using System.Buffers;
using Baton.Configuration;

namespace Baton.AspNetCore;

/// <summary>One request of the warm-up, without content.</summary>
/// <param name="path">See <see cref="Path"/>.</param>
public sealed class WarmUpRequest(string path)
{
    private static readonly SearchValues<char> s_tokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Path and query, such as "/search?q=x": begins with a slash, ASCII without spaces.</summary>
    public string Path { get; } = path;

    /// <summary>The HTTP method. Use those that change nothing. Default <c>GET</c>.</summary>
    public string Method { get; init; } = "GET";

    /// <summary>Headers beside <c>Host</c> and the mark. Default none.</summary>
    public IDictionary<string, string> Headers { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The method and the path.</summary>
    /// <returns>Such as "GET /".</returns>
    public override string ToString() => $"{Method} {Path}";

    internal static OptionRule<WarmUpRequest> Rule { get; } = new(
        Read, static request => $"'{request}'", static request => request.IsValid,
        "a method, a path that begins with a slash, and headers, in ASCII without control characters");

    /// <summary>Whether it can be sent as it is, and is one request.</summary>
    internal bool IsValid =>
        Path is ['/', ..]
            && Path.All(c => c is > ' ' and < '\x7f')
            && IsToken(Method)
            && Headers.All(h => IsToken(h.Key) && h.Value.All(c => c is '\t' or >= ' ' and < '\x7f'));

    // A path alone, or an object of the parts.
    private static WarmUpRequest Read(OptionValue value)
    {
        if (value.Value is { Length: > 0 } path)
        {
            return new WarmUpRequest(path);
        }

        Dictionary<string, OptionValue> parts = value.ByKey();
        parts.Remove(nameof(Path), out OptionValue? given);
        parts.Remove(nameof(Method), out OptionValue? method);
        parts.Remove(nameof(Headers), out OptionValue? headers);
        if (parts.Values.FirstOrDefault() is { } unknown)
        {
            throw unknown.Unknown([nameof(Path), nameof(Method), nameof(Headers)]);
        }

        return given is null
            ? throw value.Refuse("a path, or an object with Path and, if wanted, Method and Headers")
            : With(new WarmUpRequest(given.Text()) { Method = method?.Text() ?? "GET" }, headers?.Children() ?? []);
    }

    private static WarmUpRequest With(WarmUpRequest request, IEnumerable<OptionValue> headers)
    {
        foreach (OptionValue header in headers)
        {
            request.Headers[header.Key] = header.Text();
        }

        return request;
    }

    private static bool IsToken(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExcept(s_tokenCharacters);
}
