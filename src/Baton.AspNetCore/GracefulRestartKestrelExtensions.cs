using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Baton.AspNetCore;

/// <summary>Kestrel on sockets of systemd.</summary>
public static class GracefulRestartKestrelExtensions
{
    /// <summary>
    /// Listens on the sockets that systemd made under a name (<c>FileDescriptorName=</c> of the socket unit, else the unit's
    /// name); on all of them, where several have it. Needs <c>UseGracefulRestart()</c>. As all endpoints in code it takes the
    /// place of <c>Urls</c>. Sockets that are configured by their address need no code: a URL of the same address finds them.
    /// </summary>
    /// <param name="options">Kestrel's options, in <c>ConfigureKestrel</c>.</param>
    /// <param name="name">The name.</param>
    /// <param name="configure">Configures the endpoints, such as <c>o => o.UseHttps()</c>; null for plain HTTP.</param>
    /// <returns>The options.</returns>
    /// <exception cref="InvalidOperationException"> systemd has passed no socket of that name, or graceful restart is not in use.
    /// <see cref="SocketRegistry.ActivatedNames"/> tells which there are.
    /// </exception>
    /// <exception cref="RestartException">This process was started to take over, but got no listeners; it is about to
    /// end.</exception>
    public static KestrelServerOptions ListenActivated(
        this KestrelServerOptions options, string name, Action<ListenOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(name);
        Restarter restarter = options.ApplicationServices.GetService<Restarter>()
            ?? throw new InvalidOperationException(
                $"ListenActivated(\"{name}\") needs graceful restart: call builder.UseGracefulRestart() first.");
        int count = restarter.Sockets.CountActivated(name);
        for (int i = 0; i < count; i++)
        {
            options.Listen(new ActivatedEndPoint(name), configure ?? (_ => { }));
        }

        return options;
    }
}
