using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Baton.Interop;

namespace Baton.Control;

/// <summary>A connection to the control socket of a service, for one request. Closing it ends nothing in the service.</summary>
internal sealed class ControlClient : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    private readonly Socket _socket;
    private readonly LineBuffer _lines = new(ControlProtocol.MaxAnswerBytes);

    private ControlClient(Socket socket, Libc.Ucred listener) => (_socket, Listener) = (socket, listener);

    /// <summary>The process that called listen(2): the service's user, and its first process, which may be gone.</summary>
    internal Libc.Ucred Listener { get; }

    /// <summary>Connects to a trusted socket.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="user">The user whose service it must be; null for any trusted one.</param>
    /// <param name="limit">The time limit for the connection.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ControlException">NotFound, NotTrusted or TimedOut.</exception>
    internal static async Task<ControlClient> ConnectAsync(
        string path, uint? user, TimeSpan limit, CancellationToken cancellationToken = default)
    {
        if (ControlTrust.ProblemOf(path) is { } problem)
        {
            throw new ControlException(ControlFailure.NotTrusted, $"{path} is not believed: {problem}.");
        }

        WaitLimit deadline = WaitLimit.After(limit);
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken).ConfigureAwait(false);
                return new ControlClient(socket, Believe(socket, path, user));
            }
            catch (Exception e)
            {
                socket.Dispose();
                if (e is not SocketException failed)
                {
                    throw;
                }

                await RetryOrThrowAsync(failed, path, deadline, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// Sends the request and returns the answer's lines as they come. The last one is an <see cref="ControlAnswer.End"/>.
    /// </summary>
    /// <exception cref="ControlException">Lost or ProtocolError.</exception>
    internal async IAsyncEnumerable<ControlAnswer> AskAsync(
        ControlRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await SendAsync(ControlCodec.Encode(request), cancellationToken).ConfigureAwait(false);
        while (true)
        {
            ControlAnswer answer = await ReceiveAsync(cancellationToken).ConfigureAwait(false);
            yield return answer;
            if (answer is ControlAnswer.End)
            {
                yield break;
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    // The path may lead somewhere else by now, if others can write to its directory.
    private static Libc.Ucred Believe(Socket socket, string path, uint? user)
    {
        Libc.Ucred peer = ControlTrust.PeerOf(socket);
        return ControlTrust.Believes(Libc.geteuid(), peer.uid) && (user is null || user == peer.uid)
            ? peer
            : throw new ControlException(
                ControlFailure.NotTrusted,
                $"{path} is not believed: a process of user {peer.uid} listens " +
                    $"there{(user is null ? "" : $", not of user {user}")}.");
    }

    private static async Task RetryOrThrowAsync(
        SocketException failed, string path, WaitLimit deadline, CancellationToken cancellationToken)
    {
        // A full backlog: nobody accepts at the moment, as during a handover.
        bool full = failed.SocketErrorCode is SocketError.WouldBlock or SocketError.TryAgain or SocketError.InProgress;
        if (full && deadline.Left != TimeSpan.Zero)
        {
            await Task.Delay(Interval, cancellationToken).ConfigureAwait(false);
            return;
        }

        throw full
            ? new ControlException(ControlFailure.TimedOut, $"Nobody took the connection to {path} in time.", failed)
            : failed.SocketErrorCode == SocketError.AccessDenied
                ? new ControlException(ControlFailure.NotTrusted, $"{path} belongs to another user: {failed.Message}.", failed)
                : new ControlException(ControlFailure.NotFound, $"Nobody listens at {path}: {failed.Message}.", failed);
    }

    private async Task SendAsync(ReadOnlyMemory<byte> line, CancellationToken cancellationToken)
    {
        try
        {
            while (!line.IsEmpty)
            {
                line = line[await _socket.SendAsync(line, cancellationToken).ConfigureAwait(false)..];
            }
        }
        catch (SocketException)
        {
            // The service has closed the connection already. Its reason can still be read.
        }
    }

    private async Task<ControlAnswer> ReceiveAsync(CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> line;
        while (!_lines.TryTake(out line))
        {
            int read = 0;
            Exception? cause = null;
            try
            {
                read = await _socket.ReceiveAsync(_lines.Free(), cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException e)
            {
                cause = e;
            }

            if (read == 0)
            {
                throw new ControlException(
                    ControlFailure.Lost, "The connection ended before the end of the answer; whatever was begun goes on.", cause);
            }

            _lines.Filled(read);
        }

        return ControlCodec.DecodeAnswer(line);
    }
}
