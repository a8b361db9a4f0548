using System.Runtime.InteropServices;
using Baton.Interop;

namespace Baton.Processes;

/// <summary>
/// Starts a program by posix_spawn(3) with standard input, output and error and exactly one more descriptor. <c>Process.Start</c>
/// does not do: it passes every inheritable descriptor on, and none under a chosen number. Owns the native memory of one start.
/// </summary>
internal sealed unsafe class Spawner : IDisposable
{
    // In glibc since 2.34, not in musl: there the descriptors that would leak are closed one by one.
    private static readonly delegate* unmanaged<byte*, int, int> CloseFrom = FindCloseFrom();

    private readonly StartCommand _command;
    private readonly NativeStrings _arguments;
    private readonly NativeStrings _variables;
    private readonly byte* _actions = (byte*)NativeMemory.AllocZeroed(Libc.OpaqueBytes);
    private readonly byte* _attributes = (byte*)NativeMemory.AllocZeroed(Libc.OpaqueBytes);

    private Spawner(StartCommand command, IReadOnlyDictionary<string, string> environment, IEnumerable<int> blockedSignals)
    {
        _command = command;
        _arguments = new NativeStrings(command.Arguments);
        _variables = new NativeStrings([.. environment.Select(v => $"{v.Key}={v.Value}")]);
        _ = Libc.posix_spawn_file_actions_init(_actions);
        _ = Libc.posix_spawnattr_init(_attributes);
        SetSignals(_attributes, blockedSignals);
    }

    /// <summary>Starts the command; the inherited descriptor gets the number <paramref name="target"/>.</summary>
    /// <param name="blockedSignals">Blocked in the new process until it has handlers for them, so that none can kill it while it starts.</param>
    /// <exception cref="RestartException">Missing, not executable, wrong format, no such directory, no resources.</exception>
    internal static SpawnedProcess Spawn(
        StartCommand command, IReadOnlyDictionary<string, string> environment, Descriptor inherited, int target, IEnumerable<int> blockedSignals)
    {
        using var spawner = new Spawner(command, environment, blockedSignals);
        return spawner.Start(inherited, target);
    }

    /// <summary>Does all of a start but the start.</summary>
    internal static void Rehearse(StartCommand command) => new Spawner(command, command.Environment, []).Dispose();

    public void Dispose()
    {
        _ = Libc.posix_spawn_file_actions_destroy(_actions);
        _ = Libc.posix_spawnattr_destroy(_attributes);
        NativeMemory.Free(_actions);
        NativeMemory.Free(_attributes);
        _arguments.Dispose();
        _variables.Dispose();
    }

    private SpawnedProcess Start(Descriptor inherited, int target)
    {
        // A number above the target can't be clobbered by the dup2, and stays close-on-exec here.
        using Descriptor source = inherited.Number > target ? inherited.Duplicate() : DuplicateAbove(inherited, target);
        Check(Libc.posix_spawn_file_actions_addchdir_np(_actions, _command.WorkingDirectory), "prepare to start");
        Check(Libc.posix_spawn_file_actions_adddup2(_actions, source.Number, target), "prepare to start");
        Check(CloseOthers(_actions, target + 1), "prepare to start");
        Check(Libc.posix_spawn(out int pid, _command.Program, _actions, _attributes, _arguments.Pointer, _variables.Pointer), "start");
        return SpawnedProcess.Watch(pid);
    }

    private static void SetSignals(byte* attributes, IEnumerable<int> blockedSignals)
    {
        byte* blocked = stackalloc byte[Libc.SigsetBytes];
        byte* all = stackalloc byte[Libc.SigsetBytes];
        _ = Libc.sigemptyset(blocked);
        _ = Libc.sigfillset(all);
        foreach (int signal in blockedSignals)
        {
            _ = Libc.sigaddset(blocked, signal);
        }

        // The runtime ignores SIGPIPE; a successor starts with every signal at its default.
        _ = Libc.posix_spawnattr_setsigmask(attributes, blocked);
        _ = Libc.posix_spawnattr_setsigdefault(attributes, all);
        _ = Libc.posix_spawnattr_setflags(attributes, Libc.POSIX_SPAWN_SETSIGDEF | Libc.POSIX_SPAWN_SETSIGMASK);
    }

    private static Descriptor DuplicateAbove(Descriptor descriptor, int target)
    {
        int fd = Libc.fcntl(descriptor.Number, Libc.F_DUPFD_CLOEXEC, target + 1);
        return fd >= 0 ? new Descriptor(fd) : throw new RestartException(RestartFailure.SpawnFailed, $"Could not duplicate a descriptor: {Libc.Describe(Libc.Errno)}.");
    }

    private static int CloseOthers(byte* actions, int from)
    {
        if (CloseFrom is not null)
        {
            return CloseFrom(actions, from);
        }

        foreach (string file in Directory.GetFiles("/proc/self/fd"))
        {
            int fd = int.Parse(Path.GetFileName(file), System.Globalization.CultureInfo.InvariantCulture);
            int flags = Libc.fcntl(fd, Libc.F_GETFD, 0);
            if (fd >= from && flags >= 0 && (flags & Libc.FD_CLOEXEC) == 0 && Libc.posix_spawn_file_actions_addclose(actions, fd) is var error and not 0)
            {
                return error;
            }
        }

        return 0;
    }

    private static delegate* unmanaged<byte*, int, int> FindCloseFrom() =>
        NativeLibrary.TryLoad("libc", typeof(Spawner).Assembly, null, out nint libc)
        && NativeLibrary.TryGetExport(libc, "posix_spawn_file_actions_addclosefrom_np", out nint address)
            ? (delegate* unmanaged<byte*, int, int>)address
            : null;

    private void Check(int error, string what)
    {
        if (error != 0)
        {
            throw new RestartException(
                RestartFailure.SpawnFailed, $"Could not {what} {_command.Program} in {_command.WorkingDirectory}: {Explain(error)}.");
        }
    }

    // The kernel's words leave open which of the two was missing.
    private string Explain(int error) => error switch
    {
        Libc.ENOENT or Libc.ENOTDIR when !Directory.Exists(_command.WorkingDirectory) => $"the working directory does not exist ({Libc.Describe(error)})",
        Libc.ENOENT or Libc.ENOTDIR => $"the program does not exist ({Libc.Describe(error)})",
        Libc.EACCES => $"it is not executable, or a directory on the way may not be entered ({Libc.Describe(error)})",
        Libc.ENOEXEC => $"it is no program for this machine ({Libc.Describe(error)})",
        _ => Libc.Describe(error),
    };
}
