using Baton.Interop;

namespace Baton.Control;

/// <summary>Why a client of the control socket got no complete answer.</summary>
internal enum ControlFailure
{
    /// <summary>There is no socket at the path, or nobody listens on it.</summary>
    NotFound,

    /// <summary>The socket, its directory or its process belongs to a user who could fake a service.</summary>
    NotTrusted,

    /// <summary>Nobody took the connection within the limit.</summary>
    TimedOut,

    /// <summary>The connection ended before the last line.</summary>
    Lost,

    /// <summary>The received line does not follow this protocol.</summary>
    ProtocolError,
}

/// <summary>A conversation on the control socket failed. The message says what was tried and what happened.</summary>
internal sealed class ControlException(ControlFailure failure, string message, Exception? inner = null)
    : Exception(message, inner)
{
    internal ControlFailure Failure { get; } = failure;

    /// <summary>Whether the message names the path of the socket.</summary>
    internal bool NamesSocket => Failure is ControlFailure.NotFound or ControlFailure.NotTrusted;

    /// <summary>The process that called listen(2), if a connection succeeded but no answer came; else null.</summary>
    internal Libc.Ucred? Listener { get; init; }
}
