using Microsoft.AspNetCore.Http;

namespace Baton.AspNetCore;

/// <summary>
/// Tells which requests belong to something that one process keeps in its memory, such as a session. After a restart a request
/// for what an older process still has is forwarded to it, for as long as it lives. SignalR's connections need no rule. Register
/// a rule as a singleton among the services; all releases must give it the same full name.
/// </summary>
public interface IAffinityRule
{
    /// <summary>
    /// What a request belongs to. Called only while an older process lives, from any thread, before all middleware.
    /// </summary>
    /// <param name="request">The request. Its body must not be read.</param>
    /// <returns>A key of at most 256 characters, such as the id of a session; null for a request that any process can
    /// answer.</returns>
    string? KeyOf(HttpRequest request);

    /// <summary>Whether this process has it. Called from any thread.</summary>
    /// <param name="key">The key.</param>
    /// <returns>True if requests with this key are to be answered here.</returns>
    bool Has(string key);
}
