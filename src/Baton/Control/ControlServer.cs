using System.ComponentModel;
using Baton.Handover;
using Baton.Interop;
using Baton.Lifecycle;
using Baton.Resources;
using Microsoft.Extensions.Logging;

namespace Baton.Control;

/// <summary>
/// The control socket of this process. Accepts while this process is in charge, and while it ends without a successor. Its own
/// thread accepts, and each client has a thread, so that a starved thread pool does not lock operators out. The control loop only
/// sets flags.
/// </summary>
/// <param name="service">The objects that conversations use.</param>
/// <param name="binding">Binds the socket.</param>
/// <param name="resources">Holds the socket and passes it on.</param>
/// <param name="predecessor">The predecessor, whose socket is not another service's; null in a first generation.</param>
internal sealed class ControlServer(
    ControlService service, Lazy<ControlBinding> binding, ResourceRegistry resources, int? predecessor)
{
    // A predecessor that could not pass on its socket keeps it until it drains.
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(100);

    // The interval of checks that the path is still there.
    private static readonly TimeSpan PathInterval = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ShortageInterval = TimeSpan.FromSeconds(1);

    private readonly (Descriptor Ours, Descriptor Watched) _wake = UnixStream.CreatePair();
    private readonly ControlClients _clients = new(service);
    private readonly NameLock _name = new(binding, predecessor, service.Context.Logger);
    private (string Path, ClaimedListener Claim)? _inherited;
    private bool _started;
    private volatile bool _accepts;
    private volatile bool _closed;

    /// <summary>The control socket by the options; null for none, as always on other platforms than Linux.</summary>
    /// <param name="service">The objects that conversations use.</param>
    /// <param name="resources">Holds the socket and passes it on.</param>
    /// <param name="predecessor">The predecessor; null in a first generation.</param>
    /// <param name="name">The lock of the name, if this process has it already.</param>
    internal static ControlServer? Create(
        ControlService service, ResourceRegistry resources, int? predecessor, Descriptor? name)
    {
        RestarterOptions options = service.Options;
        if (!options.Control.Enabled || !Platform.HandoverSupported)
        {
            name?.Dispose();
            return null;
        }

        // Lazy: the name needs reflection, and is not needed during the start.
        var binding = new Lazy<ControlBinding>(() => new ControlBinding(
            ControlDirectory.Choose(options.Control.Directory, Environment.GetEnvironmentVariable, Libc.geteuid()),
            service.Context.Identity.Name, options.Control.Timeout, service.Context.Logger));
        var server = new ControlServer(service, binding, resources, predecessor);
        server._name.Has(name);
        resources.AtCommit.Add(server._name);
        service.Context.Feed.Subscribe(server.Handle, reports: false);
        return server;
    }

    /// <inheritdoc cref="ControlClients.Told"/>
    internal Task Told => _clients.Told;

    /// <inheritdoc cref="NameLock.Holder"/>
    internal int? NameHolder => _name.Holder;

    private ILogger Logger => service.Context.Logger;

    /// <summary>In a successor, before it reports what it uses: takes over the predecessor's socket.</summary>
    internal void Inherit() => 
        _inherited ??= resources.Take(ResourceKind.Control, binding.Value.IsOurs) is { } held
            ? (held.Key.Path!, resources.Adopt(held))
            : null;

    /// <summary>Follows the state of the process. On the loop, which must not wait here.</summary>
    internal void Handle(LifecycleEvent lifecycleEvent)
    {
        switch (lifecycleEvent)
        {
            case LifecycleEvent.StateChanged { State: ProcessState.Serving or ProcessState.OnProbation }:
                service.Context.Loop.Post(Open);
                break;
            case LifecycleEvent.LeftAlone:
                // Nobody else answers operators while this process starts.
                service.Context.Loop.Post(OpenEarly);
                break;
            case LifecycleEvent.HandingOver:
                // Tried again at the next change to Serving.
                Pause();
                break;
            case LifecycleEvent.Replacing:
                _name.Yield();
                break;
            case LifecycleEvent.StateChanged { State: ProcessState.Draining }:
                // After the release of the listeners: the path is removed there unless the successor has the socket.
                Pause();
                service.Context.Loop.Post(Close);
                break;
            case LifecycleEvent.StateChanged { State: ProcessState.ShuttingDown } departs:
                service.Context.Loop.Post(() => CloseIfPassedOn(departs.Previous));
                break;
            case LifecycleEvent.StateChanged { State: ProcessState.Exited }:
                Close();
                service.Context.Loop.Post(_clients.Finish);
                break;
        }
    }

    private void Open()
    {
        if (service.Lifecycle.State is ProcessState.Serving or ProcessState.OnProbation or ProcessState.Restarting)
        {
            Accept();
        }
    }

    private void OpenEarly()
    {
        if (service.Lifecycle is { State: ProcessState.Starting, Start.IsAlone: true })
        {
            Inherit();
            Accept();
        }
    }

    private void Accept()
    {
        if (_closed)
        {
            return;
        }

        _accepts = true;
        _name.Want();
        if (_started)
        {
            Wake();
            return;
        }

        _started = true;
        new Thread(Run) { IsBackground = true, Name = "baton-control-socket" }.Start();
    }

    private void Pause()
    {
        _accepts = false;
        Wake();
    }

    // A process that has handed over or given back has no socket any more. One that shuts down answers to its end.
    private void CloseIfPassedOn(ProcessState previous)
    {
        if (previous == ProcessState.HandedOver || !resources.Held.Any(l => l.Key.Kind == ResourceKind.Control))
        {
            Pause();
        }
    }

    private void Close()
    {
        _closed = true;
        Pause();
        resources.Release(ResourceKind.Control);
    }

    private void Wake() => _ = LocalSocket.Send(_wake.Ours, [0]);

    private void Run()
    {
        try
        {
            while ((_inherited ?? BindInTurn()) is { } bound)
            {
                _inherited = null;
                Logger.ControlListening(bound.Path);
                using (bound.Claim)
                {
                    Accept(bound.Claim);
                }

                if (_closed)
                {
                    return;
                }

                // Somebody, or a cleanup of temporary files, removed the path.
                Logger.ControlPathLost(bound.Path);
                resources.Release(ResourceKind.Control);
            }
        }
        catch (Exception e)
        {
            // No directory, no descriptors, or a defect of ours: the service goes on without its control socket.
            Logger.ControlUnavailable(e.Message);
        }
    }

    private (string Path, ClaimedListener Claim)? BindInTurn()
    {
        while (!_closed)
        {
            if (binding.Value.Bind(predecessor) is { } bound)
            {
                HeldListener held = resources.Hold(
                    new ResourceKey(ResourceKind.Control, bound.Path), Descriptor.TakeFrom(bound.Socket));
                ClaimedListener claim = resources.Adopt(held);
                resources.ToSuccessor.Add(held.Key, held.Descriptor);
                if (_closed)
                {
                    // This process has ended meanwhile.
                    claim.Dispose();
                    resources.Release(ResourceKind.Control);
                    return null;
                }

                return (bound.Path, claim);
            }

            Poller.Wait(_wake.Watched.Number, Libc.POLLHUP, RetryInterval);
        }

        return null;
    }

    // Until this process no longer needs it, or the path is lost.
    private void Accept(ClaimedListener claim)
    {
        int listener = (int)claim.Socket.Handle;
        Span<byte> woken = stackalloc byte[16];
        while (!_closed)
        {
            _name.Take();
            (bool asked, bool wake) = Poller.WaitRead(_accepts ? listener : -1, _wake.Watched.Number, PathInterval);
            if (!asked && !wake && _accepts && !claim.IsReached)
            {
                return;
            }

            if (wake)
            {
                _ = LocalSocket.Receive(_wake.Watched, woken);
            }

            if (asked && _accepts)
            {
                AcceptOne(listener);
            }
        }
    }

    private void AcceptOne(int listener)
    {
        try
        {
            if (LocalSocket.Accept(listener) is { } socket)
            {
                _clients.Begin(new ControlConnection(socket, service));
            }
        }
        catch (Exception e) when (e is Win32Exception or OutOfMemoryException)
        {
            // No descriptor or thread is free: the client waits in the socket's queue.
            Logger.ControlDropped("a client", e.Message);
            Poller.Wait(_wake.Watched.Number, Libc.POLLHUP, ShortageInterval);
        }
    }
}
