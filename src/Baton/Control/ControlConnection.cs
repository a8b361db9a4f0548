using System.Text.RegularExpressions;
using Baton.Handover;
using Baton.Interop;
using Baton.Processes;
using Microsoft.Extensions.Logging;

namespace Baton.Control;

/// <summary>
/// One client of the control socket, on its own thread: one request, then lines until the end. A slow client delays only itself:
/// one that sends no request, or does not read, is dropped at <see cref="RestartControlOptions.Timeout"/>, and at once at the
/// end of the process. Owns its descriptor.
/// </summary>
internal sealed partial class ControlConnection(Descriptor socket, ControlService service) : IDisposable
{
    private const int LongestName = 64;
    private const int LongestProgram = 256;

    // How soon a waiting thread notices the end of the process.
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(50);

    private readonly AnswerQueue _answers = new();
    private readonly Libc.Ucred _peer = LocalSocket.PeerOf(socket);
    private readonly Lock _lock = new();
    private readonly List<Descriptor> _passed = [];
    private ControlConversation? _conversation;
    private bool _hasAsked;
    private volatile bool _makesRoom;
    private volatile bool _finishing;

    internal Libc.Ucred Peer => _peer;

    /// <summary>Whether it has a watcher's place; set by <see cref="ControlClients"/>.</summary>
    internal bool Watches { get; set; }

    /// <summary>Whether it ends without a request because another client needs its place.</summary>
    internal bool MakesRoom => _makesRoom;

    private TimeSpan Limit => service.Options.Control.Timeout;

    /// <summary>Whether a process of that user may ask: our own user, or root.</summary>
    internal static bool Allows(uint own, uint peer) => peer == own || peer == 0;

    /// <summary>Serves the client until its end. Blocks the thread.</summary>
    /// <param name="watch">Gives it a watcher's place; returns the reason of a refusal.</param>
    internal void Run(Func<ControlConnection, string?> watch)
    {
        try
        {
            if (ReadRequest() is { } request)
            {
                Begin(request, watch);
            }

            WriteLines(Describe(null));
        }
        catch (Exception e)
        {
            // A defect of ours, or no memory left: only this client loses its answer.
            service.Context.Logger.ControlFailed(e);
        }
        finally
        {
            _conversation?.Dispose();
            _passed.ForEach(d => d.Dispose());
            Close();
        }
    }

    /// <summary>Answers with a refusal only, without waiting for the client.</summary>
    internal void Refuse(AnswerFailure failure, string explanation)
    {
        _ = LocalSocket.Send(socket, ControlCodec.Encode(new ControlAnswer.End(failure, explanation)));
        Close();
    }

    /// <summary>This process has nothing left to do: sends the end. On the loop.</summary>
    internal void Finish()
    {
        lock (_lock)
        {
            _conversation?.Finish();
            _answers.Add(new ControlAnswer.End(
                AnswerFailure.Of(RestartFailure.Stopping), $"process {Environment.ProcessId} ends"));
            _finishing = true;
        }
    }

    /// <summary>Ends it if it has not sent a request yet.</summary>
    /// <returns>False if it has.</returns>
    internal bool MakeRoom()
    {
        lock (_lock)
        {
            return _makesRoom = !_hasAsked;
        }
    }

    public void Dispose() => socket.Dispose();

    /// <summary>The caller for the log: <c>baton, alice (uid 1000, pid 4711)</c>. The name comes from the client.</summary>
    internal static RestartTrigger Describe(string? by, Libc.Ucred peer)
    {
        string name = Printable.Line(OwnPid().Replace(by ?? "", ""), LongestName).Trim();
        return RestartTrigger.OfControlSocket(peer.uid, peer.pid, name);
    }

    // The server knows these itself.
    [GeneratedRegex(@",? *pid \d+ *$")]
    private static partial Regex OwnPid();

    private RestartTrigger Describe(string? by) => Describe(by, _peer);

    private void Begin(ControlRequest request, Func<ControlConnection, string?> watch)
    {
        if (request.Command == ControlCommand.Watch && watch(this) is { } busy)
        {
            _answers.Add(new ControlAnswer.End(AnswerFailure.Busy, busy));
            return;
        }

        lock (_lock)
        {
            if (!_finishing)
            {
                _conversation = request.Command == ControlCommand.TakeOver
                    ? TakeOver(request)
                    : ControlConversation.Of(request, service, Describe(request.By), _answers);
            }
        }

        _conversation?.Begin();
    }

    private TakeOverConversation TakeOver(ControlRequest request)
    {
        string program = Printable.Line(request.Program ?? "unknown program", LongestProgram);
        TakerProof proof = TakerProof.Of(socket, _peer, request with { Program = program }, _passed, Limit);
        int pid = proof.Taker?.Pid ?? _peer.pid;
        return new TakeOverConversation(service, RestartTrigger.OfTaker(_peer.uid, pid, program), _answers, proof);
    }

    // Unread data would reset the connection, which a simple client would report as an error.
    private void Close()
    {
        _ = LocalSocket.Receive(socket, new byte[ControlProtocol.MaxRequestBytes]);
        socket.Dispose();
    }

    private ControlRequest? ReadRequest()
    {
        var lines = new LineBuffer(ControlProtocol.MaxRequestBytes);
        WaitLimit deadline = WaitLimit.After(Limit);
        try
        {
            ReadOnlyMemory<byte> line;
            while (!TryTake(lines, out line))
            {
                int read = UnixStream.ReceiveSome(socket, lines.Free().Span, _passed, TakerProof.MostDescriptors);
                if (read > 0)
                {
                    lines.Filled(read);
                }
                else if (read == LocalSocket.Gone || _finishing)
                {
                    return null;
                }
                else if (_makesRoom)
                {
                    _answers.Add(new ControlAnswer.End(
                        AnswerFailure.Busy,
                        $"process {Environment.ProcessId} has other clients, and this one has asked for nothing yet"));
                    return null;
                }
                else if (deadline.Left == TimeSpan.Zero)
                {
                    throw new ControlException(ControlFailure.TimedOut, $"No request came within {Limit.TotalSeconds:0.###} s.");
                }
                else
                {
                    Poller.Wait(socket.Number, Libc.POLLIN, Slice);
                }
            }

            return ControlCodec.DecodeRequest(line);
        }
        catch (ControlException e)
        {
            _answers.Add(new ControlAnswer.End(AnswerFailure.BadRequest, e.Message));
            return null;
        }
    }

    // From here on its place is its own.
    private bool TryTake(LineBuffer lines, out ReadOnlyMemory<byte> line)
    {
        lock (_lock)
        {
            return _hasAsked = lines.TryTake(out line) && !_makesRoom;
        }
    }

    private void WriteLines(RestartTrigger who)
    {
        // Without a request there is nothing to wait for.
        while (_conversation is not null || _answers.HasEnd)
        {
            ControlAnswer? next = _answers.Take(TimeSpan.Zero) ?? Wait();
            if (_answers.Overflowed)
            {
                service.Context.Logger.ControlDropped(who.Description, $"it has not read {AnswerQueue.MostLines} lines");
                return;
            }

            if (next is not null && (!Write(ControlCodec.Encode(next), who) || next is ControlAnswer.End))
            {
                return;
            }

            if (next is null && LocalSocket.HasGone(socket))
            {
                return;
            }
        }
    }

    private ControlAnswer? Wait()
    {
        if (LocalSocket.HasGone(socket))
        {
            return null;
        }

        ControlAnswer? next = _answers.Take(_conversation?.Interval ?? Slice);
        if (next is null)
        {
            _conversation?.Tick();
        }

        return next;
    }

    private bool Write(ReadOnlySpan<byte> line, RestartTrigger who)
    {
        WaitLimit deadline = WaitLimit.After(Limit);
        while (!line.IsEmpty)
        {
            int sent = LocalSocket.Send(socket, line);
            if (sent == LocalSocket.Gone)
            {
                return false;
            }

            if (sent > 0)
            {
                line = line[sent..];
            }
            else if (_finishing || deadline.Left == TimeSpan.Zero)
            {
                service.Context.Logger.ControlDropped(
                    who.Description,
                    _finishing ? "it does not read, and this process ends" : $"it has not read for {Limit.TotalSeconds:0.###} s");
                return false;
            }
            else
            {
                Poller.Wait(socket.Number, Libc.POLLOUT, Slice);
            }
        }

        return true;
    }
}
