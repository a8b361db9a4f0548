using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;

namespace Baton.Hosting;

/// <summary>
/// Keeps the host from stopping by a signal that has another action in the table. .NET calls every handler of a signal, and the
/// console lifetime handles three of them. If the table uses one of these for anything but a shutdown, that lifetime's handlers
/// are removed, and put back for signals that are not in the table.
/// </summary>
internal sealed class HostSignals(RestarterOptions options, IHostLifetime hostLifetime, IHostApplicationLifetime lifetime)
    : IDisposable
{
    private static readonly PosixSignal[] OfTheHost = [PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGTERM];

    private readonly List<PosixSignalRegistration> _registrations = [];

    internal void GiveWay()
    {
        if (hostLifetime is not ConsoleLifetime console
            || OfTheHost.All(s => options.Signals[s] is null or SignalAction.Shutdown))
        {
            return;
        }

        foreach (PosixSignal signal in OfTheHost.Where(s => options.Signals[s] is null))
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                lifetime.StopApplication();
            }));
        }

        console.Dispose();
    }

    public void Dispose() => _registrations.ForEach(r => r.Dispose());
}
