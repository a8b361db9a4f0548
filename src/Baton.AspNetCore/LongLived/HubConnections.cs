using System.Threading.Channels;
using Baton.AspNetCore.Affinity;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Baton.AspNetCore.LongLived;

/// <summary>
/// Knows the connections of all SignalR hubs, as a filter of theirs. One is ended by SignalR's own close, which lets the client
/// reconnect, when no call of it is under way.
/// </summary>
internal sealed class HubConnections(LongLivedRequests requests, OpenConnections connections) : IHubFilter
{
    private static readonly object s_key = new();

    /// <summary>Adds it where the application uses SignalR. Call when all services are registered.</summary>
    internal static void AddTo(IServiceCollection services)
    {
        if (services.Any(d => d.ServiceType.Namespace == "Microsoft.AspNetCore.SignalR"))
        {
            AddFilter(services);
        }
    }

    public async Task OnConnectedAsync(HubLifetimeContext context, Func<HubLifetimeContext, Task> next)
    {
        if (context.Context.Features.Get<IConnectionLifetimeNotificationFeature>() is { } lifetime)
        {
            HttpContext? request = context.Context.GetHttpContext();
            var connection = new HubConnectionRequest(lifetime, request?.Features.Get<LongLivedRequest>());
            context.Context.Items[s_key] = connection;
            requests.Add(connection, request);

            // The HTTP request is one of many, or is its carrier, which has the connection.
            connection.Connection = null;
            if (request is not null && HubAffinity.TokenOf(request.Request) is { } token)
            {
                connection.Token = token;
                connections.Loose?.Add(token, connection.IsLoose);
            }
        }

        await next(context).ConfigureAwait(false);
    }

    public async ValueTask<object?> InvokeMethodAsync(
        HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        // A stream of results goes on for as long as it likes, and is no call that could be waited for.
        if (!IsStream(invocationContext.HubMethod.ReturnType)
            && invocationContext.Context.Items.TryGetValue(s_key, out object? item))
        {
            invocationContext.ServiceProvider.GetRequiredService<HubCall>().Begin((HubConnectionRequest)item!);
        }

        return await next(invocationContext).ConfigureAwait(false);
    }

    public async Task OnDisconnectedAsync(
        HubLifetimeContext context, Exception? exception, Func<HubLifetimeContext, Exception?, Task> next)
    {
        try
        {
            await next(context, exception).ConfigureAwait(false);
        }
        finally
        {
            if (context.Context.Items.TryGetValue(s_key, out object? item))
            {
                var connection = (HubConnectionRequest)item!;
                requests.Remove(connection);
                if (connection.Token is { } token)
                {
                    connections.Loose?.End(token);
                }
            }
        }
    }

    private static bool IsStream(Type type)
    {
        if (!type.IsGenericType)
        {
            return false;
        }

        Type kind = type.GetGenericTypeDefinition();
        return kind == typeof(IAsyncEnumerable<>) || kind == typeof(ChannelReader<>)
            || ((kind == typeof(Task<>) || kind == typeof(ValueTask<>)) && IsStream(type.GenericTypeArguments[0]));
    }

    // By itself, so that SignalR's assembly is loaded only where it is used.
    private static void AddFilter(IServiceCollection services)
    {
        services.AddSingleton<HubConnections>();
        services.AddScoped<HubCall>();
        services.AddOptions<HubOptions>().Configure<HubConnections>(static (hubs, filter) => hubs.AddFilter(filter));
        Type? manager = services.LastOrDefault(d => d.ServiceType.FullName == HubAffinity.Manager)?.ServiceType;
        services.AddSingleton(s => new HubAffinity(
            () => manager is null ? null : s.GetService(manager), s.GetRequiredService<ILoggerFactory>().CreateLogger("Baton")));
        services.AddSingleton<IAffinityRule>(s => s.GetRequiredService<HubAffinity>());
        HubLifetime.AddTo(services);
    }
}

/// <summary>
/// One call of a hub's method. It ends with its scope of services, which SignalR disposes when it has sent the result; a filter
/// would see the end before that.
/// </summary>
internal sealed class HubCall : IDisposable
{
    private HubConnectionRequest? _connection;

    public void Dispose() => _connection?.CallEnded();

    internal void Begin(HubConnectionRequest connection)
    {
        _connection = connection;
        connection.CallBegan();
    }
}

/// <summary>The connection of one client to a hub, over any transport.</summary>
internal sealed class HubConnectionRequest : LongLivedRequest
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IConnectionLifetimeNotificationFeature _lifetime;
    private readonly LongLivedRequest? _carrier;
    private int _calls;
    private bool _closing;

    /// <param name="lifetime">The connection's.</param>
    /// <param name="carrier">The WebSocket or the stream of events that carries it; null where requests come and go.</param>
    internal HubConnectionRequest(IConnectionLifetimeNotificationFeature lifetime, LongLivedRequest? carrier)
    {
        (_lifetime, _carrier) = (lifetime, carrier);
        if (carrier is not null)
        {
            carrier.IsLeftAlone = true;
        }
    }

    internal override string Kind => "signalr";

    /// <summary>The token by which its requests name it; null where only its carrier has it.</summary>
    internal string? Token { get; set; }

    /// <summary>Whether requests come and go for it.</summary>
    internal bool IsLoose => _carrier is null;

    internal override bool EndsAtOnceInShutdown => true;

    internal void CallBegan()
    {
        lock (_lock)
        {
            _calls++;
        }
    }

    internal void CallEnded()
    {
        lock (_lock)
        {
            if (--_calls == 0 && _closing)
            {
                _idle.TrySetResult();
            }
        }
    }

    internal override async Task CloseAsync(LongLivedClose close)
    {
        lock (_lock)
        {
            _closing = true;
            if (_calls == 0)
            {
                _idle.TrySetResult();
            }
        }

        try
        {
            await _idle.Task.WaitAsync(close.Limit, close.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Its caller gets no answer, as at the end of the drain.
        }

        _lifetime.RequestClose();

        // First the hub is done with it, then what carries it, which says goodbye in its own way.
        if (await HasEndedAsync(close.Limit, close.Time).ConfigureAwait(false) && _carrier is not null)
        {
            await _carrier.HasEndedAsync(close.Limit, close.Time).ConfigureAwait(false);
        }
    }
}
