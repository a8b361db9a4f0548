using System.ComponentModel;
using System.Diagnostics;
using Baton.Interop;
using Baton.Listeners;

namespace Baton.Handover;

/// <content>How the successor gets the listeners: all at the greeting, and later those that this process binds while it starts.</content>
internal sealed partial class SuccessorLink
{
    private readonly Lock _passingOn = new();
    private bool _takesMore;

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
            SendListeners(version, hello);
        }
    }

    private void SendListeners(int version, HandoverMessage.Hello hello)
    {
        IReadOnlyList<PassedListener> listeners = _listeners.PassOn(GiveMore);
        _post(new SuccessorEvent.Greeted(hello.Program, listeners.Count(l => !l.Key.IsControl)));
        int sent = 0;
        do
        {
            PassedListener[] batch = [.. listeners.Skip(sent).Take(HandoverProtocol.MaxBatch)];
            ActivityContext trace = sent == 0 && Trace is not null ? Trace() : default;
            sent += batch.Length;
            SendBatch(version, batch, more: sent < listeners.Count, trace);
        }
        while (sent < listeners.Count);
    }

    // On a thread of the server that has bound it: after the greeting, which the successor waits for first.
    private bool GiveMore(ListenerKey key, Descriptor descriptor)
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

    private void SendBatch(int version, PassedListener[] batch, bool more, ActivityContext trace)
    {
        // Duplicates, because the server may close a listener of its own at this very moment.
        var descriptors = new List<Descriptor>(batch.Length);
        try
        {
            descriptors.AddRange(batch.Select(l => l.Descriptor.Duplicate()));
            string[] keys = [.. batch.Select(l => l.Key.ToString())];
            string[] files = batch.Any(l => l.File.Length > 0) ? [.. batch.Select(l => l.File)] : [];
            _channel.Send(
                new HandoverMessage.Listeners(version, Environment.ProcessId, _generation, keys, more) { Trace = trace, Files = files }, [.. descriptors.Select(d => d.Number)]);
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
