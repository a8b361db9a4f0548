using Microsoft.AspNetCore.Http;

namespace Baton.AspNetCore.Affinity;

/// <summary>What a request belongs to, as one process asks another for it.</summary>
/// <param name="Rule">The full name of the rule's type.</param>
/// <param name="Key">The rule's key.</param>
internal readonly record struct AffinityKey(string Rule, string Key)
{
    internal const int MostCharacters = 256;

    private const string RuleHeader = "baton-rule";
    private const string KeyHeader = "baton-key";

    /// <summary>The question of a request over a private connection; null for a request that is forwarded.</summary>
    internal static AffinityKey? AskedBy(HttpRequest request) =>
        request.Headers.TryGetValue(RuleHeader, out var rule) && request.Headers.TryGetValue(KeyHeader, out var key)
            ? new(rule.ToString(), Uri.UnescapeDataString(key.ToString()))
            : null;

    /// <summary>Whether a header is ours, so that a client's must not be forwarded.</summary>
    internal static bool IsOurs(string header) =>
        header.Equals(RuleHeader, StringComparison.OrdinalIgnoreCase)
        || header.Equals(KeyHeader, StringComparison.OrdinalIgnoreCase);

    internal void AskBy(HttpRequestMessage request)
    {
        request.Headers.TryAddWithoutValidation(RuleHeader, Rule);
        request.Headers.TryAddWithoutValidation(KeyHeader, Uri.EscapeDataString(Key));
    }
}
