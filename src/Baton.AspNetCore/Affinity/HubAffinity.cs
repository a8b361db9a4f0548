using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Baton.AspNetCore.Affinity;

/// <summary>
/// The requests of SignalR's connections: each names its connection by the token from the negotiation. Only the process that
/// answered the negotiation has the connection, used or not.
/// </summary>
/// <param name="manager">SignalR's own register of connections.</param>
/// <param name="logger">For a version of SignalR that is not known.</param>
internal sealed class HubAffinity(Func<object?> manager, ILogger logger) : IAffinityRule
{
    /// <summary>Of Microsoft.AspNetCore.Http.Connections; not public.</summary>
    internal const string Manager = "Microsoft.AspNetCore.Http.Connections.Internal.HttpConnectionManager";

    private const string Assembly = "Microsoft.AspNetCore.Http.Connections";
    private const string Find = "TryGetConnection";

    // A token has 128 random bits in base64url: 22 characters. Other applications use "id" for other things.
    private const int FewestCharacters = 20;
    private const int MostCharacters = 64;

    private readonly Lazy<(object Manager, MethodInfo Find)?> _find = new(() => Bind(manager(), logger));

    public string? KeyOf(HttpRequest request) => TokenOf(request);

    // Where SignalR can't be asked all is taken for ours, as without this.
    public bool Has(string key) => _find.Value is not { } found || (bool)found.Find.Invoke(found.Manager, [key, null])!;

    /// <summary>The token of the connection that a request belongs to; null for none.</summary>
    internal static string? TokenOf(HttpRequest request) =>
        request.QueryString.HasValue
        && request.Query.TryGetValue("id", out var id)
        && id is [{ Length: >= FewestCharacters and <= MostCharacters } token]
        && token.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? token
            : null;

    [DynamicDependency(Find, Manager, Assembly)]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "The attribute above keeps the method.")]
    private static (object Manager, MethodInfo Find)? Bind(object? manager, ILogger logger)
    {
        MethodInfo? find = manager?.GetType().GetMethod(
            Find, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);
        if (manager is not null && find?.GetParameters().Length == 2 && find.ReturnType == typeof(bool))
        {
            return (manager, find);
        }

        logger.HubsNotKnown(Manager);
        return null;
    }
}
