using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Baton.Interop;
using Baton.Resources;

namespace Baton.Handover;

/// <summary>
/// Sends a successor its resources: listeners before its greeting as far as they fit, the others in answer to it, those that are
/// bound while it starts, and at the commit those that only one process may use.
/// </summary>
/// <param name="channel">The channel to the successor; the link owns it.</param>
/// <param name="resources">The resources of this process.</param>
/// <param name="generation">The successor's generation.</param>
internal sealed class ResourceSender(HandoverChannel channel, ResourceRegistry resources, int generation)
{
    // No event tells when the application closes a handle.
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);

    // What waits in the channel when the successor begins to read.
    private readonly HashSet<(ResourceKey Key, SafeHandle Handle)> _sentAhead = [];

    // The application's handles that the successor has, and what looks whether they are still open.
    private readonly Dictionary<ResourceKey, SafeHandle> _handles = [];
    private Timer? _sweep;
    private readonly Lock _passingOn = new();
    private bool _takesMore;
    private volatile HandoverMessage.Ready? _ready;
    private volatile IReadOnlyList<string> _loads = [];

    /// <summary>The number of listeners in answer to its hello.</summary>
    internal int ListenersGiven { get; private set; }

    /// <summary>The place of the restart in a trace; null for none.</summary>
    internal Func<ActivityContext>? Trace { private get; init; }

    /// <summary>Answers its hello.</summary>
    /// <param name="hello">The hello.</param>
    /// <param name="answered">Called when the answer is known, before it is sent.</param>
    /// <exception cref="RestartException">There is no common version, or nothing could be sent.</exception>
    internal void Greet(HandoverMessage.Hello hello, Action answered)
    {
        if (HandoverProtocol.Agree(hello.MinVersion, hello.MaxVersion) is not { } version)
        {
            string reason = $"the successor speaks handover protocol {hello.MinVersion} to {hello.MaxVersion}, "
                + $"process {Environment.ProcessId} {HandoverProtocol.MinVersion} to {HandoverProtocol.MaxVersion}";
            channel.TrySend(new HandoverMessage.Refused(reason));
            throw new RestartException(RestartFailure.ProtocolError, reason);
        }

        lock (_passingOn)
        {
            (_takesMore, _loads) = (hello.TakesMore, hello.Loads);
            resources.AtCommit.State.SuccessorLoads = _loads.Contains(ResourcePolicy.Of(ResourceKind.State).WireName);
            IReadOnlyList<PassedResource> listeners = resources.ToSuccessor.All(GiveMore);
            ListenersGiven = listeners.Count(l => l.Key.Policy.IsOfService);
            answered();
            SendListeners(version, [.. listeners.Where(l => !_sentAhead.Contains((l.Key, l.Handle)))]);
        }

        resources.ToSuccessor.Settling = SayDropped;
    }

    /// <summary>
    /// Before its start: if this process dies from then on, nobody else has the listeners. The rest follows the greeting, and
    /// handles of the application where they are many.
    /// </summary>
    internal void SendAhead()
    {
        try
        {
            PassedResource[] all = [.. resources.ToSuccessor.All(GiveMore)];
            PassedResource[] ahead = all.Length <= HandoverProtocol.MaxBatch
                ? all
                : [.. all.Where(l => l.Key.Kind != ResourceKind.Passed)];
            if (ahead.Length <= HandoverProtocol.MaxBatch)
            {
                SendBatch(HandoverProtocol.MaxVersion, ahead, more: true, all: true);
                _sentAhead.UnionWith(ahead.Select(l => (l.Key, l.Handle)));
            }
        }
        catch (RestartException)
        {
            // A listener is gone, or no descriptor is free: that shows at the greeting.
        }
    }

    /// <summary>Passes on the resources that only one process may use, as far as the successor can load them.</summary>
    /// <returns>Whether there was any.</returns>
    internal bool PassAtCommit()
    {
        IReadOnlyList<PassedResource> passed = resources.AtCommit.Pass(_loads);
        StateStore state = resources.AtCommit.State;
        IReadOnlyList<StateRow> rows = state.SuccessorLoads ? state.Rows : [];
        if (passed.Count + rows.Count == 0)
        {
            return false;
        }

        Send(channel, passed, sent => new HandoverMessage.Resources(KeysOf(sent)) { State = rows });

        // The kernel keeps the memory until the successor has it.
        state.Forget();
        return true;
    }

    /// <summary>Remembers what it takes after the commit.</summary>
    internal void Note(HandoverMessage message) => _ready = message as HandoverMessage.Ready ?? _ready;

    /// <summary>After the commit: opens a way for idle connections, if the successor takes them.</summary>
    internal void OpenConnectionChannel(int pid)
    {
        if (_ready is not { } ready || !ready.Takes.Contains(ResourcePolicy.Of(ResourceKind.Connection).WireName))
        {
            return;
        }

        try
        {
            (Descriptor ours, Descriptor theirs) = UnixStream.CreatePair();
            using (theirs)
            {
                channel.Send(new HandoverMessage.ConnectionChannel(), [theirs.Number]);
                resources.Moving.GoTo(
                    ConnectionChannel.Open(ours, pid, ready.Claimed.Contains, channel.FrameLimit, resources.Moving));
            }
        }
        catch (Exception e) when (e is RestartException or Win32Exception)
        {
            // No connection moves: each is ended as without this.
            resources.Moving.Logger.ConnectionsNotMoved(0, pid, e.Message);
        }
    }

    /// <summary>Takes what has come with a message: state that is handed back, or a way for requests.</summary>
    internal HandoverMessage Take(Received received)
    {
        if (received.Message is HandoverMessage.HandedBack back)
        {
            resources.AtCommit.TakeBack(back.Keys, received.Descriptors);
            return back;
        }

        bool isTaken = received is { Message: HandoverMessage.RequestChannel, Descriptors: [var channel] }
            && resources.Moving.TryServe(channel);
        return isTaken ? received.Message : received.WithoutDescriptors();
    }

    /// <summary>In a successor: hands back the saved state.</summary>
    /// <param name="channel">To the predecessor.</param>
    /// <param name="state">The saved state; forgotten then.</param>
    /// <param name="missing">Why nothing is handed back; null otherwise.</param>
    /// <returns>False if the predecessor is gone.</returns>
    internal static bool HandBack(HandoverChannel channel, StateStore state, string? missing)
    {
        IReadOnlyList<PassedResource> held = missing is null ? state.Held : [];
        IReadOnlyList<StateRow> rows = missing is null ? state.Rows : [];
        try
        {
            Send(channel, held, sent => new HandoverMessage.HandedBack(KeysOf(sent), rows, missing));
            return true;
        }
        catch (RestartException)
        {
            // Its end decides what comes next.
            return false;
        }
        finally
        {
            state.Forget();
        }
    }

    /// <summary>The successor, which serves, has not taken these handles.</summary>
    internal void NotTaken(IReadOnlyList<string> keys)
    {
        if (resources.BindsNothing)
        {
            resources.Handles.CloseWithSuccessor(PassedHandles.NamesOf(keys));
        }
    }

    /// <summary>The successor has ended, or never started.</summary>
    internal void End()
    {
        lock (_passingOn)
        {
            _sweep?.Dispose();
            (_sweep, _takesMore) = (null, false);
        }

        resources.EndPassingOn(GiveMore);
    }

    // Not after the handover: what this process closes then, the successor may use.
    private void SayDropped()
    {
        lock (_passingOn)
        {
            ResourceKey[] dropped = [.. from h in _handles where !resources.Handles.IsPassed(h.Key, h.Value) select h.Key];
            if (dropped.Length > 0 && !resources.BindsNothing)
            {
                Array.ForEach(dropped, key => _handles.Remove(key));
                channel.TrySend(new HandoverMessage.Dropped([.. dropped.Select(k => k.ToString())]));
            }
        }
    }

    private void Watch(IEnumerable<PassedResource> sent)
    {
        foreach (PassedResource handle in sent.Where(s => s.Key.Kind == ResourceKind.Passed))
        {
            _handles[handle.Key] = handle.Handle;
            _sweep ??= new Timer(_ => SayDropped(), state: null, SweepInterval, SweepInterval);
        }
    }

    private void SendListeners(int version, PassedResource[] listeners)
    {
        int sent = 0;
        do
        {
            PassedResource[] batch = [.. listeners.Skip(sent).Take(HandoverProtocol.MaxBatch)];
            ActivityContext trace = sent == 0 && Trace is not null ? Trace() : default;
            sent += batch.Length;
            SendBatch(version, batch, more: sent < listeners.Length, trace: trace);
        }
        while (sent < listeners.Length);
    }

    // On the thread that has bound it. After the greeting, which the successor waits for first.
    private bool GiveMore(ResourceKey key, SafeHandle handle)
    {
        lock (_passingOn)
        {
            if (!_takesMore)
            {
                return false;
            }

            try
            {
                PassedResource[] sent = Send(
                    channel, [new PassedResource(key, handle, "")], s => new HandoverMessage.MoreListeners(KeysOf(s)));
                Watch(sent);
                return true;
            }
            catch (RestartException)
            {
                // It is gone, or no descriptor is free: at worst its own bind fails and reports that.
                return false;
            }
        }
    }

    private void SendBatch(int version, PassedResource[] batch, bool more, bool all = false, ActivityContext trace = default) =>
        Watch(Send(
            channel,
            batch,
            sent => new HandoverMessage.Listeners(version, Environment.ProcessId, generation, KeysOf(sent), more)
            {
                Trace = trace, Files = sent.Any(l => l.File.Length > 0) ? [.. sent.Select(l => l.File)] : [], All = all,
            }));

    private static string[] KeysOf(PassedResource[] resources) => [.. resources.Select(r => r.Key.ToString())];

    /// <summary>Sends a message with the descriptors of what it passes on.</summary>
    /// <returns>What was sent: handles that the application has closed are left out.</returns>
    /// <exception cref="RestartException">It could not be sent.</exception>
    private static PassedResource[] Send(
        HandoverChannel channel, IReadOnlyList<PassedResource> passed, Func<PassedResource[], HandoverMessage> message)
    {
        // Duplicates, because the server may close its own listener at any moment.
        var open = new List<(PassedResource Resource, Descriptor Duplicate)>(passed.Count);
        try
        {
            foreach (PassedResource resource in passed)
            {
                if (resource.TryDuplicate() is { } duplicate)
                {
                    open.Add((resource, duplicate));
                }
            }

            PassedResource[] sent = [.. open.Select(o => o.Resource)];
            channel.Send(message(sent), [.. open.Select(o => o.Duplicate.Number)]);
            return sent;
        }
        catch (Exception e) when (e is Win32Exception or ObjectDisposedException)
        {
            // No descriptor is free, or the server has just closed a listener: this restart fails, the next one may succeed.
            throw new RestartException(RestartFailure.ProtocolError, $"The listeners could not be passed on: {e.Message}", e);
        }
        finally
        {
            open.ForEach(o => o.Duplicate.Dispose());
        }
    }
}
