using System.Net.Sockets;

namespace Baton.Listeners;

/// <content>Addresses in use: by whom, and whether that is about to change.</content>
public sealed partial class ListenerRegistry
{
    private readonly HashSet<string> _lostPaths = [];
    private LivingPredecessor? _kin;

    /// <summary>
    /// While this process starts, an address that its predecessor has bound since the greeting is waited for: it is on its way
    /// here. Else the error says who has the address.
    /// </summary>
    private void AwaitOrExplain(string request, SocketException inUse)
    {
        IReadOnlySet<long> holders = AddressHolder.SocketsAt(request);
        string? ours;
        bool starting;
        lock (_gate)
        {
            if (_unused.Keys.Any(k => k.Request == request))
            {
                // It has come just now.
                return;
            }

            if (_lostPaths.Contains(request))
            {
                throw Explain("another program's socket lies there, and has taken the place of the one that this service listens on");
            }

            starting = !_served;
            ours = string.Join(", ", _held.Values.Concat(_unused.Values).Where(l => holders.Contains(AddressHolder.SocketOf(l.Descriptor))).Select(l => l.Key));
        }

        if (ours.Length > 0)
        {
            string whose = _kin is null ? $"this process {Environment.ProcessId}" : $"this service (process {_kin.Pid}, the predecessor of process {Environment.ProcessId})";
            throw Explain(
                $"it is held by {whose} itself, which listens on {ours}. "
                + "At a restart Kestrel can take a wider address of the same port; for any other change of it stop the service and start it again");
        }

        if (_kin is not null && holders.Count > 0 && AddressHolder.Has(_kin.Pid, holders) is not false)
        {
            if (starting && _kin.WaitABit())
            {
                return;
            }

            throw Explain($"it is held by predecessor {_kin.Pid}, which has not passed it on");
        }

        throw inUse;

        SocketException Explain(string holder) => new((int)SocketError.AddressAlreadyInUse, $"{request}: {inUse.Message}: {holder}");
    }
}
