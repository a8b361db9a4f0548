using System.ComponentModel;
using Baton.Handover;
using Baton.Interop;
using Baton.Processes;

namespace Baton.Control;

/// <summary>A request of this process to take over from one that has not started it. Owns the connection.</summary>
internal sealed class TakingOver : IDisposable
{
    private readonly Descriptor? _connection;
    private readonly KillWire? _wire;
    private readonly RestartException? _failure;
    private readonly TimeSpan _limit;

    private TakingOver(Descriptor? connection, KillWire? wire, int predecessor, TimeSpan limit, RestartException? failure) =>
        (_connection, _wire, Predecessor, _limit, _failure) = (connection, wire, predecessor, limit, failure);

    /// <summary>The process that first listened on the control socket; 0 if it is in another pid namespace, or unknown.</summary>
    internal int Predecessor { get; }

    /// <summary>A request that was not made: the start of this process fails with the reason.</summary>
    internal static TakingOver Failed(RestartException why) => new(null, null, 0, TimeSpan.Zero, why);

    /// <summary>Asks. The answer is read by <see cref="Open"/>.</summary>
    internal static TakingOver Ask(Descriptor connection, int predecessor, string program, RestarterOptions options)
    {
        var wire = KillWire.Lay();
        try
        {
            using var own = new Descriptor((int)Libc.syscall(Libc.SYS_pidfd_open, Environment.ProcessId, 0, 0, 0, 0));
            byte[] request = ControlCodec.Encode(new ControlRequest(ControlCommand.TakeOver)
            {
                Pid = Environment.ProcessId, Program = program,
            });
            int[] passed = [.. ((Descriptor?[])[own, wire?.Writer]).Where(d => d is { IsInvalid: false }).Select(d => d!.Number)];
            UnixStream.Send(connection, request, passed, options.HandshakeTimeout);
        }
        catch (RestartException e)
        {
            wire?.Dispose();
            connection.Dispose();
            return Failed(e);
        }

        // Hooks of the predecessor may come first.
        TimeSpan limit = options.HandshakeTimeout + options.HookTimeout;
        return new TakingOver(connection, wire, predecessor, limit, failure: null);
    }

    /// <summary>Waits for the answer.</summary>
    /// <exception cref="RestartException">It refuses, is gone, or does not answer.</exception>
    internal OpenedChannel Open()
    {
        if (_failure is not null)
        {
            throw _failure;
        }

        var passed = new List<Descriptor>();
        try
        {
            ControlAnswer answer = ReadAnswer(passed);
            if (answer is ControlAnswer.End end)
            {
                throw new RestartException(RestartFailure.PeerLost, $"it was refused: {end.Explanation}");
            }

            if (answer is not ControlAnswer.Channel channel || passed.Count == 0)
            {
                throw new RestartException(RestartFailure.ProtocolError, "the answer to its request is no channel");
            }

            return Opened(channel, passed);
        }
        catch (Exception e)
        {
            passed.ForEach(d => d.Dispose());
            throw e as RestartException ?? new RestartException(RestartFailure.ProtocolError, e.Message, e);
        }
        finally
        {
            _connection!.Dispose();
        }
    }

    /// <summary>The predecessor has no right to end this process any more.</summary>
    public void Dispose() => _wire?.Dispose();

    private static OpenedChannel Opened(ControlAnswer.Channel channel, List<Descriptor> passed)
    {
        // Made by the predecessor itself, unlike the control socket, which it may have inherited.
        Libc.Ucred peer = LocalSocket.PeerOf(passed[0]);
        if (peer.uid != Libc.geteuid())
        {
            throw new RestartException(
                RestartFailure.ProtocolError, $"the channel is of user {peer.uid}, and this process of user {Libc.geteuid()}");
        }

        Descriptor? given = passed.ElementAtOrDefault(1);
        Descriptor? pidfd = LocalSocket.PidfdOf(passed[0]);
        (pidfd, given) = pidfd is null ? (given, null) : (pidfd, given);
        given?.Dispose();
        return pidfd is null
            ? throw new RestartException(RestartFailure.ProtocolError, "no pidfd of the predecessor is to be had")
            : new OpenedChannel(passed[0], peer.pid > 0 ? peer.pid : channel.Pid, pidfd);
    }

    // Descriptors ride with the first byte of the line.
    private ControlAnswer ReadAnswer(List<Descriptor> passed)
    {
        var lines = new LineBuffer(ControlProtocol.MaxAnswerBytes);
        WaitLimit deadline = WaitLimit.After(_limit);
        ReadOnlyMemory<byte> line;
        while (!lines.TryTake(out line))
        {
            int read = UnixStream.ReceiveSome(_connection!, lines.Free().Span, passed, TakerProof.MostDescriptors);
            if (read > 0)
            {
                lines.Filled(read);
            }
            else if (read == LocalSocket.Gone)
            {
                throw new RestartException(RestartFailure.PeerLost, "the process in charge is gone, or closed the connection");
            }
            else if (!Poller.Wait(_connection!.Number, Libc.POLLIN, deadline.Left))
            {
                throw new RestartException(
                    RestartFailure.PeerLost, $"the process in charge did not answer within {_limit.TotalSeconds:0.###} s");
            }
        }

        return ControlCodec.DecodeAnswer(line);
    }
}
