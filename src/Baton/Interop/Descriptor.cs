using System.ComponentModel;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Baton.Interop;

/// <summary>
/// Owns one file descriptor and closes it. Unlike a <see cref="Socket"/> it neither sets SO_LINGER, nor disconnects, nor unlinks
/// a path, so closing it does not disturb another process that shares the open file description. Always close-on-exec.
/// </summary>
internal sealed class Descriptor : SafeHandleMinusOneIsInvalid
{
    internal Descriptor(int fd)
        : base(ownsHandle: true) => SetHandle(fd);

    /// <summary>The number. The caller must keep this object open.</summary>
    internal int Number => (int)handle;

    /// <summary>
    /// Takes the descriptor from a socket, which is unusable afterwards. Its finalizer cannot harm the listener.
    /// </summary>
    internal static Descriptor TakeFrom(Socket socket)
    {
        int fd = (int)socket.SafeHandle.DangerousGetHandle();
        socket.SafeHandle.SetHandleAsInvalid();
        // The socket's finalizer would unlink the path of a unix socket that it bound.
#pragma warning disable CA1816 // not our own finalizer: this is how the socket loses its own
        GC.SuppressFinalize(socket);
#pragma warning restore CA1816
        var taken = new Descriptor(fd);
        taken.SetCloseOnExec();
        return taken;
    }

    /// <summary>Makes another number of this process lead where this one does, close-on-exec from its first moment.</summary>
    /// <exception cref="Win32Exception">It could not.</exception>
    internal void Replace(int number)
    {
        if (Libc.dup3(Number, number, Libc.O_CLOEXEC) < 0)
        {
            throw new Win32Exception(Libc.Errno, $"Could not replace descriptor {number}: {Libc.Describe(Libc.Errno)}.");
        }
    }

    /// <summary>Gives the number away: who takes it closes it.</summary>
    internal int Release()
    {
        int number = Number;
        SetHandleAsInvalid();
        return number;
    }

    internal void SetCloseOnExec() => _ = Libc.fcntl(Number, Libc.F_SETFD, Libc.FD_CLOEXEC);

    public override string ToString() => Number.ToString(CultureInfo.InvariantCulture);

    protected override bool ReleaseHandle() => Libc.close((int)handle) == 0;
}

internal static class DescriptorExtensions
{
    extension(SafeHandle handle)
    {
        /// <summary>Whether it is an open file descriptor, and not another thing of the runtime.</summary>
        internal bool IsFileDescriptor()
        {
            if (handle.IsClosed || handle.IsInvalid || handle.DangerousGetHandle() > int.MaxValue)
            {
                return false;
            }

            try
            {
                using Descriptor probe = handle.Duplicate();
                return true;
            }
            catch (Win32Exception e) when (e.NativeErrorCode is Libc.EMFILE)
            {
                // Not to be told now. It is asked again when it is passed on.
                return true;
            }
            catch (Exception e) when (e is Win32Exception or ObjectDisposedException)
            {
                return false;
            }
        }

        /// <summary>
        /// Another descriptor of the same open file description, close-on-exec from its first moment (fcntl(2)).
        /// </summary>
        /// <exception cref="Win32Exception">No descriptor is free (EMFILE), or this one is no descriptor.</exception>
        /// <exception cref="ObjectDisposedException">This one is closed.</exception>
        internal Descriptor Duplicate()
        {
            bool held = false;
            try
            {
                handle.DangerousAddRef(ref held);
                int fd = Libc.fcntl((int)handle.DangerousGetHandle(), Libc.F_DUPFD_CLOEXEC, 3);
                return fd >= 0
                    ? new Descriptor(fd)
                    : throw new Win32Exception(
                        Libc.Errno,
                        $"Could not duplicate descriptor {handle.DangerousGetHandle()}: {Libc.Describe(Libc.Errno)}.");
            }
            finally
            {
                if (held)
                {
                    handle.DangerousRelease();
                }
            }
        }
    }
}
