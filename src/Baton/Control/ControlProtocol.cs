namespace Baton.Control;

/// <summary>
/// The numbers and names of the control protocol. Its messages are <see cref="ControlRequest"/> and <see cref="ControlAnswer"/>.
/// </summary>
internal static class ControlProtocol
{
    internal const int Version = 1;

    internal const int MaxRequestBytes = 64 * 1024;

    internal const int MaxAnswerBytes = 1024 * 1024;

    /// <summary>The extension of a socket's file name, after the name of the service.</summary>
    internal const string SocketExtension = ".sock";

    /// <summary>The extension of the lock file, after the name of the service.</summary>
    internal const string LockExtension = ".lock";

    /// <summary>The same of the lock of the exclusive services, see <see cref="ExclusiveLock"/>.</summary>
    internal const string ExclusiveExtension = ".exclusive";

    /// <summary>The same of the lock that is held while they run.</summary>
    internal const string RunningExtension = ".running";

    /// <summary>The suffix of a socket's path until it listens. The kernel keeps showing the socket by this path.</summary>
    internal const string DraftSuffix = "~";

    /// <summary>The folder of the sockets below <c>$RUNTIME_DIRECTORY</c> and <c>$XDG_RUNTIME_DIR</c>.</summary>
    internal const string Folder = "baton";
}
