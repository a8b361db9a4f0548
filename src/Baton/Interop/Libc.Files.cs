using System.Runtime.InteropServices;

namespace Baton.Interop;

// fcntl.h, unistd.h, stdlib.h, sys/file.h, sys/mman.h, sys/stat.h, sys/epoll.h
internal static unsafe partial class Libc
{
    internal const int F_GETFD = 1;
    internal const int F_SETFD = 2;
    internal const int F_GETFL = 3;
    internal const int F_SETFL = 4;
    internal const int F_SETOWN = 8;
    internal const int F_SETSIG = 10;
    internal const int F_DUPFD_CLOEXEC = 1030;
    internal const int FD_CLOEXEC = 1;

    internal const int F_ADD_SEALS = 1033;
    internal const int F_GET_SEALS = 1034;
    internal const int F_SEAL_SEAL = 1;
    internal const int F_SEAL_SHRINK = 2;
    internal const int F_SEAL_GROW = 4;
    internal const int F_SEAL_WRITE = 8;
    internal const int MFD_CLOEXEC = 1;
    internal const int MFD_ALLOW_SEALING = 2;

    internal const int AT_FDCWD = -100;
    internal const int AT_SYMLINK_NOFOLLOW = 0x100;
    internal const int AT_EMPTY_PATH = 0x1000;
    internal const uint STATX_TYPE = 0x1;
    internal const uint STATX_MODE = 0x2;
    internal const uint STATX_UID = 0x8;
    internal const uint STATX_INO = 0x100;
    internal const int S_IFMT = 0xF000;
    internal const int S_IFIFO = 0x1000;
    internal const int S_IFCHR = 0x2000;
    internal const int S_IFDIR = 0x4000;
    internal const int S_IFBLK = 0x6000;
    internal const int S_IFREG = 0x8000;
    internal const int S_IFLNK = 0xA000;
    internal const int S_IFSOCK = 0xC000;

    internal const int LOCK_EX = 2;
    internal const int LOCK_NB = 4;

    internal const int O_WRONLY = 1;
    internal const int O_CREAT = 0x40;
    internal const int O_NOCTTY = 0x100;
    internal const int O_NONBLOCK = 0x800;
    internal const int O_ASYNC = 0x2000;
    internal const int O_CLOEXEC = 0x80000;
    internal const int R_OK = 4;
    internal const int X_OK = 1;

    internal const int EPOLL_CTL_DEL = 2;

    /// <summary>The fields used of <c>struct statx</c>, whose layout is the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct Statx
    {
        [FieldOffset(20)] internal uint stx_uid;
        [FieldOffset(28)] internal ushort stx_mode;
        [FieldOffset(32)] internal ulong stx_ino;
        [FieldOffset(136)] internal uint stx_dev_major;
        [FieldOffset(140)] internal uint stx_dev_minor;

        /// <summary>Whether it is of a type, such as <see cref="S_IFSOCK"/>.</summary>
        internal readonly bool Is(int type) => (stx_mode & S_IFMT) == type;

        /// <summary>Whether it is the same file. The kernel does not reuse an inode while the file is open.</summary>
        internal readonly bool IsSameFile(Statx other) =>
            (stx_ino, stx_dev_major, stx_dev_minor) == (other.stx_ino, other.stx_dev_major, other.stx_dev_minor);
    }

    /// <summary>The one constant of open(2) used here that differs between the architectures.</summary>
    internal static int O_NOFOLLOW => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int fcntl(int fd, int cmd, int arg);

    /// <summary>open(2) of an existing file.</summary>
    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int open(string path, int flags);

    /// <summary>open(2) of a file that may be created.</summary>
    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int open(string path, int flags, uint mode);

    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int unlink(string path);

    /// <summary>mkdir(2).</summary>
    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mkdir(string path, uint mode);

    /// <summary>chmod(2), which follows links.</summary>
    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int chmod(string path, uint mode);

    /// <summary>memfd_create(2).</summary>
    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int memfd_create(string name, uint flags);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int flock(int fd, int operation);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int close(int fd);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int dup2(int fd, int newFd);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int dup3(int fd, int newFd, int flags);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial nint write(int fd, void* buffer, nuint count);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial nint read(int fd, void* buffer, nuint count);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int pipe2(int* fds, int flags);

    /// <summary>access(2), for the real user, as whom a program is started.</summary>
    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int access(string path, int mode);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int epoll_ctl(int epfd, int op, int fd, void* @event);

    [LibraryImport(
        Name,
        SetLastError = true,
        StringMarshalling = StringMarshalling.Custom,
        StringMarshallingCustomType = typeof(ByteText.Marshaller))]
    private static partial byte* realpath(string path, byte* resolved);

    [LibraryImport(Name)]
    private static partial void free(void* memory);

    /// <summary>
    /// The path with all links resolved, as <see cref="ByteText"/>; null if it does not exist or cannot be read.
    /// </summary>
    internal static string? RealPath(string path)
    {
        byte* resolved = realpath(path, null);
        if (resolved is null)
        {
            return null;
        }

        string result = ByteText.Decode(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(resolved));
        free(resolved);
        return result;
    }

    /// <summary>
    /// Type, mode, owner and identity of the file at <paramref name="path"/>, not following a link; null if there is none.
    /// </summary>
    internal static Statx? Stat(string path) => Stat(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW);

    /// <summary>The same, following links.</summary>
    internal static Statx? StatFollowed(string path) => Stat(AT_FDCWD, path, flags: 0);

    /// <summary>The same of an open file.</summary>
    internal static Statx? Stat(int fd) => Stat(fd, "", AT_EMPTY_PATH);

    private static Statx? Stat(int directory, string path, int flags)
    {
        Statx buffer = default;
        nint utf8 = Marshal.StringToCoTaskMemUTF8(path);
        // By number: only newer versions of musl have the wrapper.
        nint result = syscall(
            SYS_statx, directory, utf8, flags, (nint)(STATX_TYPE | STATX_MODE | STATX_UID | STATX_INO), (nint)(&buffer));
        Marshal.FreeCoTaskMem(utf8);
        return result == 0 ? buffer : null;
    }
}
