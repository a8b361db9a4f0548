using System.ComponentModel;
using System.Diagnostics;
using Baton.Interop;
using Baton.Resources;

namespace Baton.Handover;

/// <summary>
/// What a successor gets from this process: its listeners, ahead of its greeting as far as that goes, and in answer to it; those
/// that this process binds while it starts; and at the commit what only one process may use.
/// </summary>
/// <param name="channel">The link's.</param>
/// <param name="resources">What this process has.</param>
/// <param name="generation">The successor's.</param>
/// <param name="trace">Gives the place of the restart in a trace; null for none.</param>
internal sealed class ResourcePassing(
    HandoverChannel channel, ResourceRegistry resources, int generation, Func<ActivityContext>? trace)
{
    // What the successor finds in the channel when it comes to read it.
    private readonly HashSet<ResourceKey> _sentAhead = [];
    private readonly Lock _passingOn = new();
    private bool _takesMore;
    private volatile IReadOnlyList<string> _loads = [];

    /// <summary>How many listeners were given in answer to the greeting; the control socket is not counted.</summary>
    internal int ListenersGiven { get; private set; }

    /// <summary>
    /// Before the successor is started: should this process die from then on, no other process has the listeners.
    /// </summary>
    internal void SendAhead()
    {
        try
        {
            IReadOnlyList<PassedResource> all = resources.PassOn(GiveMore);
            if (all.Count <= HandoverProtocol.MaxBatch)
            {
                SendBatch(HandoverProtocol.MaxVersion, [.. all], more: true, all: true);
                _sentAhead.UnionWith(all.Select(l => l.Key));
            }
        }
        catch (RestartException)
        {
            // A listener is gone, or no descriptor is free: that shows when the successor greets.
        }
    }

    /// <summary>Answers the greeting with what was not sent ahead.</summary>
    /// <param name="hello">The greeting.</param>
    /// <param name="answering">Called before the answer is sent.</param>
    /// <exception cref="RestartException">No version in common, or the listeners could not be passed on.</exception>
    internal void Greet(HandoverMessage.Hello hello, Action answering)
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
            _takesMore = hello.TakesMore;
            _loads = hello.Loads;
            SendListeners(version, answering);
        }
    }

    private void SendListeners(int version, Action answering)
    {
        IReadOnlyList<PassedResource> listeners = resources.PassOn(GiveMore);
        ListenersGiven = listeners.Count(l => l.Key.Policy.IsOfService);
        answering();
        PassedResource[] rest = [.. listeners.Where(l => !_sentAhead.Contains(l.Key))];
        int sent = 0;
        do
        {
            PassedResource[] batch = [.. rest.Skip(sent).Take(HandoverProtocol.MaxBatch)];
            ActivityContext place = sent == 0 && trace is not null ? trace() : default;
            sent += batch.Length;
            SendBatch(version, batch, more: sent < rest.Length, place: place);
        }
        while (sent < rest.Length);
    }

    // On a thread of the server that has bound it: after the greeting, which the successor waits for first.
    private bool GiveMore(ResourceKey key, Descriptor descriptor)
    {
        lock (_passingOn)
        {
            if (!_takesMore)
            {
                return false;
            }

            try
            {
                using Descriptor duplicate = descriptor.Duplicate();
                channel.Send(new HandoverMessage.MoreListeners([key.ToString()]), [duplicate.Number]);
                return true;
            }
            catch (Exception e) when (e is RestartException or Win32Exception or ObjectDisposedException)
            {
                // It is gone, or no descriptor is free: at worst its own bind fails, and says so.
                return false;
            }
        }
    }

    /// <summary>The successor has ended, or was not started.</summary>
    internal void End() => resources.EndPassingOn(GiveMore);

    /// <inheritdoc cref="ISuccessor.PassAtCommit"/>
    internal bool PassAtCommit()
    {
        IReadOnlyList<PassedResource> passed = resources.AtCommit.Pass(_loads);
        if (passed.Count == 0)
        {
            return false;
        }

        SendWithDescriptors(passed, keys => new HandoverMessage.Resources(keys));
        return true;
    }

    private void SendBatch(int version, PassedResource[] batch, bool more, bool all = false, ActivityContext place = default)
    {
        string[] files = batch.Any(l => l.File.Length > 0) ? [.. batch.Select(l => l.File)] : [];
        SendWithDescriptors(batch, keys => new HandoverMessage.Listeners(version, Environment.ProcessId, generation, keys, more)
        {
            Trace = place, Files = files, All = all,
        });
    }

    private void SendWithDescriptors(IReadOnlyList<PassedResource> passed, Func<string[], HandoverMessage> message)
    {
        // Duplicates, because the server may close a listener of its own at this very moment.
        var descriptors = new List<Descriptor>(passed.Count);
        try
        {
            descriptors.AddRange(passed.Select(l => l.Descriptor.Duplicate()));
            channel.Send(message([.. passed.Select(l => l.Key.ToString())]), [.. descriptors.Select(d => d.Number)]);
        }
        catch (Exception e) when (e is Win32Exception or ObjectDisposedException)
        {
            // No descriptor is free, or the server closed a listener just now: this restart fails, the next one may do.
            throw new RestartException(RestartFailure.ProtocolError, $"The listeners could not be passed on: {e.Message}", e);
        }
        finally
        {
            descriptors.ForEach(d => d.Dispose());
        }
    }
}
