using Baton.AspNetCore.Affinity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Baton.AspNetCore.LongLived;

/// <summary>
/// The host's lifetime as SignalR sees it. SignalR aborts all its connections when the host begins to stop, which here is before
/// they are closed so that clients come back: for it the host stops when they are.
/// </summary>
internal sealed class HubLifetime : IHostApplicationLifetime
{
    // No event tells when SignalR has forgotten a connection.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _stopping = new();
    private readonly IHostApplicationLifetime _host;

    internal HubLifetime(IHostApplicationLifetime host, LongLivedRequests requests, LooseHubConnections? loose)
    {
        _host = host;
        host.ApplicationStopping.Register(() => _ = StopAsync(requests, loose));
    }

    public CancellationToken ApplicationStarted => _host.ApplicationStarted;

    public CancellationToken ApplicationStopping => _stopping.Token;

    public CancellationToken ApplicationStopped => _host.ApplicationStopped;

    public void StopApplication() => _host.StopApplication();

    internal static void AddTo(IServiceCollection services)
    {
        if (services.LastOrDefault(d => d.ServiceType.FullName == HubAffinity.Manager)
            is { ImplementationType: { } type } original)
        {
            services.Remove(original);
            services.Add(new ServiceDescriptor(
                original.ServiceType, s => ActivatorUtilities.CreateInstance(s, type, Of(s)), original.Lifetime));
        }
    }

    private static HubLifetime Of(IServiceProvider services) => new(
        services.GetRequiredService<IHostApplicationLifetime>(),
        services.GetRequiredService<LongLivedRequests>(),
        services.GetRequiredService<OpenConnections>().Loose);

    private async Task StopAsync(LongLivedRequests requests, LooseHubConnections? loose)
    {
        await requests.ClosedAsync().ConfigureAwait(false);
        while (requests.IsDrainedForAnother && (loose is { Hold: true } || requests.ClosesLateOnes))
        {
            await Task.Delay(LookInterval).ConfigureAwait(false);
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
    }
}
