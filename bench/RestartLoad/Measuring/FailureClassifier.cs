using System.Net.Sockets;
using System.Security.Authentication;

namespace RestartLoad.Measuring;

/// <summary>
/// Turns what the socket and TLS layers throw into an <see cref="Outcome"/>: the one place that knows their exceptions.
/// A cancellation is not classified here, because only its owner knows whether it was the time limit.
/// </summary>
internal static class FailureClassifier
{
    public static RequestFailedException Classify(Exception exception)
    {
        if (exception is RequestFailedException known)
        {
            return known;
        }

        Outcome outcome = exception switch
        {
            AuthenticationException => Outcome.ConnectFailed,
            _ when SocketErrorOf(exception) is { } error => OutcomeOf(error),
            _ => Outcome.Other,
        };
        return new RequestFailedException(outcome, exception.Message, inner: exception);
    }

    /// <summary>Streams wrap the socket's exception, SslStream sometimes twice.</summary>
    private static SocketError? SocketErrorOf(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is SocketException socketException)
            {
                return socketException.SocketErrorCode;
            }
        }

        return null;
    }

    private static Outcome OutcomeOf(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => Outcome.Refused,

        // EPIPE (Shutdown): the peer had reset the connection before this write; the reset itself was reported to nobody.
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => Outcome.Reset,

        // connect(2) on a unix socket gives EAGAIN when the backlog is full, or the path is not there.
        SocketError.WouldBlock or SocketError.AddressNotAvailable or SocketError.NetworkUnreachable
            or SocketError.HostUnreachable or SocketError.TimedOut => Outcome.ConnectFailed,
        _ => Outcome.Other,
    };
}
