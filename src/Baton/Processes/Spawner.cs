using System.Runtime.InteropServices;
using Baton.Interop;

namespace Baton.Processes;

/// <summary>
/// Starts a program by posix_spawn(3) with standard input, output and error and exactly the given descriptors.
/// <c>Process.Start</c> passes on every inheritable descriptor, and none under a chosen number. Owns the native memory of one
/// start.
/// </summary>
internal sealed unsafe class Spawner : IDisposable
{
    private const int StandardError = 2;

    // In glibc since 2.34. musl does not have it: there leaking descriptors are closed one by one.
    private static readonly delegate* unmanaged<byte*, int, int> CloseFrom = FindCloseFrom();

    private readonly StartCommand _command;
    private readonly string _diagnostics;
    private readonly NativeStrings _arguments;
    private readonly NativeStrings _variables;
    private readonly byte* _actions = (byte*)NativeMemory.AllocZeroed(Libc.OpaqueBytes);
    private readonly byte* _attributes = (byte*)NativeMemory.AllocZeroed(Libc.OpaqueBytes);

    private Spawner(
        StartCommand command, IReadOnlyDictionary<string, string> environment, IEnumerable<int> blockedSignals, bool ownGroup)
    {
        _command = command;
        _diagnostics = DiagnosticFiles.DirectoryOf(environment, command.WorkingDirectory);
        _arguments = new NativeStrings(command.Arguments);
        _variables = new NativeStrings([.. environment.Select(v => $"{v.Key}={v.Value}")]);
        _ = Libc.posix_spawn_file_actions_init(_actions);
        _ = Libc.posix_spawnattr_init(_attributes);
        SetSignals(_attributes, blockedSignals, ownGroup);
    }

    /// <summary>Starts the command.</summary>
    /// <param name="inherited">
    /// The descriptors that it gets, by the numbers they get there: 0, 1 and 2 replace the ones of this process, others follow
    /// from 3 on without a gap.
    /// </param>
    /// <param name="blockedSignals">Signals blocked in the new process until it has handlers for them, so that they cannot kill
    /// it while it starts.</param>
    /// <param name="ownGroup">Whether it leads a process group of its own, to which a terminal sends no signals.</param>
    /// <exception cref="RestartException">Missing, not executable, wrong format, no such directory, no resources.</exception>
    internal static SpawnedProcess Spawn(
        StartCommand command, IReadOnlyDictionary<string, string> environment, (
            SafeHandle Source, int Target)[] inherited, IEnumerable<int> blockedSignals, bool ownGroup = false)
    {
        using var spawner = new Spawner(command, environment, blockedSignals, ownGroup);
        return spawner.Start(inherited);
    }

    /// <summary>Starts the command with one more descriptor, which gets the number <paramref name="target"/>.</summary>
    /// <exception cref="RestartException">As above.</exception>
    internal static SpawnedProcess Spawn(
        StartCommand command,
        IReadOnlyDictionary<string, string> environment,
        Descriptor inherited,
        int target,
        IEnumerable<int> blockedSignals) =>
        Spawn(command, environment, [(inherited, target)], blockedSignals);

    /// <summary>Does everything but the start itself.</summary>
    internal static void Rehearse(StartCommand command) =>
        new Spawner(command, command.Environment, [], ownGroup: false).Dispose();

    public void Dispose()
    {
        _ = Libc.posix_spawn_file_actions_destroy(_actions);
        _ = Libc.posix_spawnattr_destroy(_attributes);
        NativeMemory.Free(_actions);
        NativeMemory.Free(_attributes);
        _arguments.Dispose();
        _variables.Dispose();
    }

    private SpawnedProcess Start((SafeHandle Source, int Target)[] inherited)
    {
        // Numbers above all targets cannot be overwritten by a dup2, and stay close-on-exec here.
        int above = inherited.Select(i => i.Target).Append(StandardError).Max() + 1;
        var sources = new List<Descriptor>();
        try
        {
            Check(Libc.posix_spawn_file_actions_addchdir_np(_actions, _command.WorkingDirectory), "prepare to start");
            foreach ((SafeHandle source, int target) in inherited)
            {
                sources.Add(DuplicateAbove(source, above));
                Check(Libc.posix_spawn_file_actions_adddup2(_actions, sources[^1].Number, target), "prepare to start");
            }

            Check(CloseOthers(_actions, above), "prepare to start");
            Check(
                Libc.posix_spawn(out int pid, _command.Program, _actions, _attributes, _arguments.Pointer, _variables.Pointer),
                "start");
            return SpawnedProcess.Watch(pid, _diagnostics);
        }
        finally
        {
            sources.ForEach(s => s.Dispose());
        }
    }

    private static void SetSignals(byte* attributes, IEnumerable<int> blockedSignals, bool ownGroup)
    {
        byte* blocked = stackalloc byte[Libc.SigsetBytes];
        byte* all = stackalloc byte[Libc.SigsetBytes];
        _ = Libc.sigemptyset(blocked);
        _ = Libc.sigfillset(all);
        foreach (int signal in blockedSignals)
        {
            _ = Libc.sigaddset(blocked, signal);
        }

        // The runtime ignores SIGPIPE. A successor starts with every signal at its default.
        _ = Libc.posix_spawnattr_setsigmask(attributes, blocked);
        _ = Libc.posix_spawnattr_setsigdefault(attributes, all);
        _ = Libc.posix_spawnattr_setpgroup(attributes, 0);
        int flags = Libc.POSIX_SPAWN_SETSIGDEF | Libc.POSIX_SPAWN_SETSIGMASK | (ownGroup ? Libc.POSIX_SPAWN_SETPGROUP : 0);
        _ = Libc.posix_spawnattr_setflags(attributes, (short)flags);
    }

    private static Descriptor DuplicateAbove(SafeHandle handle, int lowest)
    {
        bool held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            int fd = Libc.fcntl((int)handle.DangerousGetHandle(), Libc.F_DUPFD_CLOEXEC, lowest);
            return fd >= 0
                ? new Descriptor(fd)
                : throw new RestartException(
                    RestartFailure.SpawnFailed, $"Could not duplicate a descriptor: {Libc.Describe(Libc.Errno)}.");
        }
        finally
        {
            if (held)
            {
                handle.DangerousRelease();
            }
        }
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
            if (fd >= from
                && flags >= 0
                && (flags & Libc.FD_CLOEXEC) == 0
                && Libc.posix_spawn_file_actions_addclose(actions, fd) is var error and not 0)
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
                RestartFailure.SpawnFailed,
                $"Could not {what} {_command.Program} in {_command.WorkingDirectory}: {Explain(error)}.");
        }
    }

    // The kernel's error does not say which of the two was missing.
    private string Explain(int error) => error switch
    {
        Libc.ENOENT or Libc.ENOTDIR when !Directory.Exists(_command.WorkingDirectory) =>
            $"the working directory does not exist ({Libc.Describe(error)})",
        Libc.ENOENT or Libc.ENOTDIR => $"the program does not exist ({Libc.Describe(error)})",
        Libc.EACCES => $"it is not executable, or a directory on the way may not be entered ({Libc.Describe(error)})",
        Libc.ENOEXEC => $"it is no program for this machine ({Libc.Describe(error)})",
        Libc.EAGAIN => $"no process may be added: {ResourceLimits.OfProcesses()} ({Libc.Describe(error)})",
        _ => Libc.Describe(error),
    };
}
