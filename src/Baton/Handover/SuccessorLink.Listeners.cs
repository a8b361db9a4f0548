using System.ComponentModel;
using System.Diagnostics;
using Baton.Interop;
using Baton.Resources;

namespace Baton.Handover;

/// <content>How the successor gets the listeners: ahead of its greeting, as far as that goes, in answer to it, and later those
/// that this process binds while it starts.</content>
internal sealed partial class SuccessorLink
{
    // What the successor finds in the channel when it comes to read it.
    private readonly HashSet<ResourceKey> _sentAhead = [];
    private readonly Lock _passingOn = new();
    private bool _takesMore;
    private volatile IReadOnlyList<string> _loads = [];

    private void Greet(HandoverMessage.Hello hello)
    {
        if (HandoverProtocol.Agree(hello.MinVersion, hello.MaxVersion) is not { } version)
        {
            string reason = $"the successor speaks handover protocol {hello.MinVersion} to {hello.MaxVersion}, process {Environment.ProcessId} "
                + $"{HandoverProtocol.MinVersion} to {HandoverProtocol.MaxVersion}";
            TryTell(new HandoverMessage.Refused(reason));
            throw new RestartException(RestartFailure.ProtocolError, reason);
        }

        lock (_passingOn)
        {
            _takesMore = hello.TakesMore;
            _loads = hello.Loads;
            SendListeners(version, hello);
        }
    }

    private void SendListeners(int version, HandoverMessage.Hello hello)
    {
        IReadOnlyList<PassedResource> listeners = _listeners.PassOn(GiveMore);
        ListenersGiven = listeners.Count(l => l.Key.Policy.IsOfService);
        _post(new PeerEvent.Said(hello));
        PassedResource[] rest = [.. listeners.Where(l => !_sentAhead.Contains(l.Key))];
        int sent = 0;
        do
        {
            PassedResource[] batch = [.. rest.Skip(sent).Take(HandoverProtocol.MaxBatch)];
            ActivityContext trace = sent == 0 && Trace is not null ? Trace() : default;
            sent += batch.Length;
            SendBatch(version, batch, more: sent < rest.Length, trace: trace);
        }
        while (sent < rest.Length);
    }

    // Before it is started: should this process die from then on, nobody else has the listeners. What does not fit follows the
    // greeting.
    private void SendAhead()
    {
        try
        {
            IReadOnlyList<PassedResource> all = _listeners.PassOn(GiveMore);
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
                _channel.Send(new HandoverMessage.MoreListeners([key.ToString()]), [duplicate.Number]);
                return true;
            }
            catch (Exception e) when (e is RestartException or Win32Exception or ObjectDisposedException)
            {
                // It is gone, or no descriptor is free: at worst its own bind fails, and says so.
                return false;
            }
        }
    }

    public bool PassAtCommit()
    {
        IReadOnlyList<PassedResource> passed = _listeners.AtCommit.Pass(_loads);
        if (passed.Count == 0)
        {
            return false;
        }

        SendWithDescriptors(passed, keys => new HandoverMessage.Resources(keys));
        return true;
    }

    private void SendBatch(int version, PassedResource[] batch, bool more, bool all = false, ActivityContext trace = default)
    {
        string[] files = batch.Any(l => l.File.Length > 0) ? [.. batch.Select(l => l.File)] : [];
        SendWithDescriptors(batch, keys => new HandoverMessage.Listeners(version, Environment.ProcessId, _generation, keys, more)
        {
            Trace = trace, Files = files, All = all,
        });
    }

    private void SendWithDescriptors(IReadOnlyList<PassedResource> passed, Func<string[], HandoverMessage> message)
    {
        // Duplicates, because the server may close a listener of its own at this very moment.
        var descriptors = new List<Descriptor>(passed.Count);
        try
        {
            descriptors.AddRange(passed.Select(l => l.Descriptor.Duplicate()));
            _channel.Send(message([.. passed.Select(l => l.Key.ToString())]), [.. descriptors.Select(d => d.Number)]);
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
