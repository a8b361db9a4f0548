using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;

namespace Baton.Hosting;

/// <summary>
/// Keeps the host from stopping by a signal for which the table has another use. .NET calls every handler of a signal, and the
/// console lifetime has one for each of three; so where the table claims one of these for anything but a shutdown, that
/// lifetime's handlers go, and those of the signals that the table leaves alone are put back.
/// </summary>
internal sealed class HostSignals(RestarterOptions options, IHostLifetime hostLifetime, IHostApplicationLifetime lifetime) : IDisposable
{
    private static readonly PosixSignal[] OfTheHost = [PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGTERM];

    private readonly List<PosixSignalRegistration> _registrations = [];

    internal void GiveWay()
    {
        if (hostLifetime is not ConsoleLifetime console || OfTheHost.All(s => options.Signals[s] is null or SignalAction.Shutdown))
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
