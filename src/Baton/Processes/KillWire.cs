using System.Runtime.InteropServices;
using Baton.Interop;

namespace Baton.Processes;

/// <summary>
/// A pipe by which another process can end this one at once. The kernel allows no signal to a process of another pid namespace
/// that is not below the own one, such as another container. But it sends a signal itself, whatever this process does, when
/// something is written to a pipe (fcntl(2): F_SETOWN, F_SETSIG, O_ASYNC). Owns both ends.
/// </summary>
internal sealed class KillWire : IDisposable
{
    /// <summary>
    /// SIGRTMAX - 1: the exit code of process 1 of a container that was ended so. For process 1 the kernel ignores SIGKILL from
    /// here, but not a signal that has a handler. The handler is _exit(2), which gets the number of the signal.
    /// </summary>
    internal const int ExitCodeOfProcess1 = 63;

    private readonly Descriptor _reader;

    private KillWire(Descriptor reader, Descriptor writer) => (_reader, Writer) = (reader, writer);

    /// <summary>To be passed on. As this process keeps it too, the end of the other process does nothing.</summary>
    internal Descriptor Writer { get; }

    /// <summary>Lays it; from now on a byte ends this process.</summary>
    /// <returns>Null if that is not possible here.</returns>
    internal static KillWire? Lay()
    {
        (Descriptor reader, Descriptor writer) = Pipe.Create();
        int signal = Libc.SIGKILL;
        if (Libc.getpid() == 1)
        {
            signal = ExitCodeOfProcess1;
            nint exit = FindExit();
            if (exit != 0)
            {
                _ = Libc.signal(signal, exit);
            }
        }

        if (Libc.fcntl(reader.Number, Libc.F_SETOWN, Libc.getpid()) == 0
            && Libc.fcntl(reader.Number, Libc.F_SETSIG, signal) == 0
            && Libc.fcntl(reader.Number, Libc.F_SETFL, Libc.O_ASYNC | Libc.O_NONBLOCK) == 0)
        {
            return new KillWire(reader, writer);
        }

        reader.Dispose();
        writer.Dispose();
        return null;
    }

    /// <summary>A process is ended by the writer that it has passed.</summary>
    internal static void Pull(Descriptor writer)
    {
        // Whatever was passed: it must not block.
        _ = Libc.fcntl(writer.Number, Libc.F_SETFL, Libc.O_NONBLOCK);
        Pipe.TryWrite(writer, [1]);
    }

    /// <summary>Nobody may end this process any more.</summary>
    public void Dispose()
    {
        _ = Libc.fcntl(_reader.Number, Libc.F_SETFL, Libc.O_NONBLOCK);
        _reader.Dispose();
        Writer.Dispose();
    }

    private static nint FindExit() =>
        NativeLibrary.TryLoad("libc", typeof(KillWire).Assembly, null, out nint libc)
        && NativeLibrary.TryGetExport(libc, "_exit", out nint address) ? address : 0;
}
