using Baton.Interop;
using Baton.Resources;
using Baton.Processes;

namespace Baton.Handover;

/// <summary>
/// The predecessor's end: talks to a successor and watches it until its end. Owns the channel and the pidfd. Its own thread
/// receives, so that neither a silent successor nor a stuck thread pool delays anything else.
/// </summary>
internal sealed partial class SuccessorLink : ISuccessor
{
    // More than the kernel queues for one socket: everything that a process sent before its end is read, but not what a copy of
    // its channel goes on sending.
    private const int MostLastWords = 1024;

    private readonly SpawnedProcess _process;
    private readonly HandoverChannel _channel;
    private readonly DetachRequest _detach = new();
    private readonly ResourceSender _resources;
    private readonly Action<PeerEvent> _post;
    private bool _greeted;
    // The process that sent hello. Until the channel may be passed on, only its messages are accepted.
    private int? _speaker;

    // From here on the channel may be passed on, to be used after the successor's end.
    private volatile bool _mayBePassedOn;

    private SuccessorLink(Func<SpawnedProcess> spawn, HandoverChannel channel, ResourceSender resources, Action<PeerEvent> post)
    {
        (_channel, _resources, _post) = (channel, resources, post);
        resources.SendAhead();
        try
        {
            _process = spawn();
        }
        catch
        {
            _resources.End();
            throw;
        }
    }

    public int Pid => _process.Id;

    public bool IsTaker => !_process.IsChild;

    public bool Lives => _process.Lives;

    public string? Dump => _process is { IsSeen: true, Lives: true } ? CrashDump.Of(_process.Id) : null;

    public bool HasUnheard => _channel.HasUnread;

    public int ListenersGiven => _resources.ListenersGiven;

    public bool PassAtCommit() => _resources.PassAtCommit();

    public void Commit(HandoverMessage.Commit commit)
    {
        _channel.Send(commit);
        _resources.OpenConnectionChannel(Pid);
    }

    public void Confirm(IReadOnlyList<(OlderProcess Process, Descriptor Channel)> older)
    {
        _mayBePassedOn = true;
        try
        {
            // One message takes more than MaxGenerations allows.
            _channel.Send(
                new HandoverMessage.Confirmed([.. older.Select(o => o.Process)]), [.. older.Select(o => o.Channel.Number)]);
        }
        catch (RestartException)
        {
            // It is gone; nothing to confirm.
        }
    }

    public void TryTell(HandoverMessage message) => _channel.TrySend(message);

    public Descriptor? Detach(TimeSpan limit) => _detach.Ask(limit);

    public void Kill() => _process.Kill();

    /// <exception cref="RestartException">No thread is available.</exception>
    private void Watch()
    {
        try
        {
            OwnThread.Start("baton-successor", Run);
        }
        catch (RestartException e)
        {
            // Nobody would read it, and it would take the end of the channel for our own end.
            _process.KillAndReap();
            _resources.End();
            throw new RestartException(
                RestartFailure.SpawnFailed, $"Could not watch successor {_process.Id}, which was killed: {e.Message}", e);
        }
    }

    private void Run()
    {
        bool talking = true, living = true;
        while (talking || living)
        {
            (bool said, bool detach, bool ended) = Poller.WaitRead(
                talking ? _channel.Number : -1,
                talking ? _detach.Number : -1,
                living ? _process.PidfdNumber : -1,
                Timeout.InfiniteTimeSpan);
            if (detach)
            {
                // Its end must still be seen, and only this process can.
                talking = false;
                _detach.Give(_channel.Detach());
            }
            else if (ended)
            {
                living = false;
                talking = talking && HearLastWords();
                ExitStatus status = _process.Reap();
                _process.Dispose();
                if (!talking)
                {
                    EndTalk();
                }

                _resources.End();
                _post(new PeerEvent.Ended(status));
            }
            else if (said)
            {
                talking = Listen();
                if (!talking && living && !Poller.Wait(_process.PidfdNumber, Libc.POLLIN, HandoverProtocol.EndAfterClose))
                {
                    _post(new PeerEvent.Closed());
                }
            }
        }

        EndTalk();
    }

    private void EndTalk()
    {
        _channel.Dispose();
        _detach.Dispose();
    }

    /// <summary>
    /// Reads the messages before its end first: they may have the reason. Then the conversation is over, although a process that
    /// it started may have a copy of its channel; unless a later generation may have the channel, for which this process is an
    /// older one.
    /// </summary>
    /// <returns>Whether the conversation goes on.</returns>
    private bool HearLastWords()
    {
        for (int heard = 0; heard < MostLastWords && Poller.Wait(_channel.Number, Libc.POLLIN, TimeSpan.Zero); heard++)
        {
            if (!Listen())
            {
                return false;
            }
        }

        return _mayBePassedOn;
    }

    /// <summary>Receives one message; false if no more will come.</summary>
    private bool Listen()
    {
        try
        {
            Received? received = _channel.Receive(_mayBePassedOn ? null : _speaker);
            if (received is null)
            {
                // It has ended, as the pidfd will show; or, rarely, it has closed the channel.
                return false;
            }

            _speaker ??= received.Message is HandoverMessage.Hello ? received.Sender : null;
            Answer(_resources.Take(received));
            return true;
        }
        catch (RestartException e) when (e.Failure == RestartFailure.PeerLost)
        {
            // It ended during the answer. Its earlier messages are still to be read, and may have the reason.
            return true;
        }
        catch (RestartException e)
        {
            _post(new PeerEvent.Broken(e));
            return false;
        }
    }

    private void Answer(HandoverMessage message)
    {
        // Without the greeting it has no listeners to serve on.
        bool isAllowed = message is HandoverMessage.Hello ? !_greeted
            : _greeted || message is HandoverMessage.Failed or HandoverMessage.Unknown;
        if (!isAllowed)
        {
            throw new RestartException(
                RestartFailure.ProtocolError,
                $"It said {message.GetType().Name} {(_greeted ? "a second time" : "before Hello")}.");
        }

        switch (message)
        {
            case HandoverMessage.Stopping stopping when IsTaker:
                // Its own supervisor stops it alone. What it was asked for is not meant for this process.
                _post(new PeerEvent.Said(new HandoverMessage.Unhealthy($"it was asked to shut down by {stopping.Trigger}")));
                break;
            case HandoverMessage.Force when IsTaker:
                break;
            case HandoverMessage.Hello hello:
                _greeted = true;
                _resources.Greet(hello, answered: () => _post(new PeerEvent.Said(hello)));
                break;
            case HandoverMessage.HandedOn:
                _mayBePassedOn = true;
                _post(new PeerEvent.Said(message));
                break;
            case HandoverMessage.Progress
                or HandoverMessage.Ready
                or HandoverMessage.Loaded
                or HandoverMessage.Failed
                or HandoverMessage.Alive
                or HandoverMessage.Unhealthy
                or HandoverMessage.ConfirmAsked
                or HandoverMessage.HandedBack
                or HandoverMessage.Remaining
                or HandoverMessage.Stopping
                or HandoverMessage.Force:
                _resources.Note(message);
                _post(new PeerEvent.Said(message));
                break;
            case HandoverMessage.Dropped dropped:
                _resources.NotTaken(dropped.Keys);
                break;
            case HandoverMessage.Unknown or HandoverMessage.RequestChannel:
                break;
            default:
                throw new RestartException(RestartFailure.ProtocolError, $"A successor does not send {message.GetType().Name}.");
        }
    }
}
