using Baton.Handover;
using Baton.Interop;
using Baton.Processes;
using Baton.Tests.Support;

namespace Baton.Tests.Processes;

/// <summary>Starting programs, with the shell as the program: what it can't start, and what it passes on.</summary>
public sealed class SpawnerTests : IDisposable
{
    private const int Target = HandoverProtocol.InheritedDescriptor;

    // fcntl.h: F_DUPFD, F_SETFL.
    private const int DuplicateWithoutCloseOnExec = 0;
    private const int SetStatusFlags = 4;

    private readonly TemporaryDirectory _directory = new();
    private readonly Descriptor _ours;
    private readonly Descriptor _theirs;

    public SpawnerTests()
    {
        (_ours, _theirs) = UnixStream.CreatePair();

        // A shell does not expect EAGAIN.
        Assert.Equal(0, Libc.fcntl(_theirs.Number, SetStatusFlags, 0));
    }

    public void Dispose()
    {
        _ours.Dispose();
        _theirs.Dispose();
        _directory.Dispose();
    }

    // F1
    [Fact]
    public void Spawn_ProgramIsMissing_SaysSo() => Assert.Contains("the program does not exist", SpawnFails(_directory.File("App")), StringComparison.Ordinal);

    // F1
    [Fact]
    public void Spawn_ProgramIsNotExecutable_SaysSo()
    {
        File.WriteAllText(_directory.File("App"), "#!/bin/sh");
        Assert.Contains("it is not executable", SpawnFails(_directory.File("App")), StringComparison.Ordinal);
    }

    // F1
    [Fact]
    public void Spawn_ProgramIsForAnotherMachine_SaysSo()
    {
        File.WriteAllText(_directory.File("App"), "\u007fELF of nothing");
        File.SetUnixFileMode(_directory.File("App"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.Contains("it is no program for this machine", SpawnFails(_directory.File("App")), StringComparison.Ordinal);
    }

    // F1, E5
    [Fact]
    public void Spawn_WorkingDirectoryIsGone_SaysSo()
    {
        RestartException failure = Assert.Throws<RestartException>(() => Spawn("/bin/sh", ["sh"], _directory.File("releases/0")));
        Assert.Contains("the working directory does not exist", failure.Message, StringComparison.Ordinal);
    }

    // C7
    [Fact]
    public void Spawn_TheNewProcess_HasExactlyOneDescriptorMore()
    {
        using var leaking = new Descriptor(Libc.fcntl(0, DuplicateWithoutCloseOnExec, 100));
        using SpawnedProcess process = Shell("echo /proc/self/fd/* >&3");

        // The last one is the directory, which the shell opens to list it.
        string[] open = ReadLine().Split(' ');
        Assert.Equal(["/proc/self/fd/0", "/proc/self/fd/1", "/proc/self/fd/2", "/proc/self/fd/3"], open[..4]);
        Assert.True(open.Length <= 5, string.Join(' ', open));
        Assert.Equal(new ExitStatus(0, null), Ends(process));
    }

    [Fact]
    public void Reap_ExitCode_IsKept()
    {
        using SpawnedProcess process = Shell("exit 7");
        Assert.Equal(new ExitStatus(7, null), Ends(process));
    }

    [Fact]
    public void Reap_Killed_NamesTheSignal()
    {
        using SpawnedProcess process = Shell("read line <&3");
        process.Kill();
        Assert.Equal(new ExitStatus(null, Libc.SIGKILL), Ends(process));
    }

    // The number of its pidfd is the next one's by then.
    [Fact]
    public void Kill_AfterDispose_HitsNobody()
    {
        SpawnedProcess first = Shell("exit 0");
        Ends(first);
        int number = first.PidfdNumber;
        first.Dispose();
        using SpawnedProcess next = Shell("read line <&3; exit 7");
        Assert.Equal(number, next.PidfdNumber);

        first.Kill();

        UnixStream.Send(_ours, "go on\n"u8, default, Deadline.Limit);
        Assert.Equal(new ExitStatus(7, null), Ends(next));
    }

    // B16d
    [Fact]
    public void Spawn_NamesArgumentsAndVariablesInBytes_ArriveAsTheyAre()
    {
        const string MakeThem = "d=$(printf 'd\\351'); mkdir \"$d\" && ln -s /bin/sh \"$d/s\" && echo made >&3";
        using SpawnedProcess made = Shell(MakeThem);
        Assert.Equal("made", ReadLine());
        Ends(made);
        var environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["V"] = "caf\udce9" };
        string directory = _directory.File("d\udce9");
        string[] arguments = ["sh", "-c", "printf %s \"$1$V${PWD##*/}\" | od -An -tx1 | tr -d ' ' >&3", "sh", "th\udce9"];

        using SpawnedProcess process = Spawner.Spawn(
            new StartCommand($"{directory}/s", arguments, directory, environment), environment, _theirs, Target, blockedSignals: []);

        Assert.Equal("7468e9" + "636166e9" + "64e9", ReadLine());
        Ends(process);

        // .NET can't name what is to be deleted.
        using SpawnedProcess removed = Shell("rm -r d*");
        Ends(removed);
    }

    // B21: as the runtime names them. Those of another process with the same number stay.
    [Fact]
    public void Reap_Killed_RemovesItsDiagnosticFiles()
    {
        const string Leave = "p=$PWD/clr-debug-pipe-$$; mkfifo $p-$(cut -d' ' -f22 /proc/$$/stat)-in $p-17-in; echo made >&3; kill -9 $$";
        using SpawnedProcess process = Shell(Leave, temporary: ".");
        Assert.Equal("made", ReadLine());
        Assert.Equal(new ExitStatus(null, Libc.SIGKILL), Ends(process));
        Assert.Equal([_directory.File($"clr-debug-pipe-{process.Id}-17-in")], Directory.GetFiles(_directory.Path));
    }

    // Somebody else may have put it there, to have something removed.
    [Fact]
    public void Remove_LinkOrFileOfAnotherKind_Stays()
    {
        File.WriteAllText(_directory.File("clr-debug-pipe-4711-17-in"), "");
        File.CreateSymbolicLink(_directory.File("dotnet-diagnostic-4711-17-socket"), "clr-debug-pipe-4711-17-in");
        DiagnosticFiles.Remove(_directory.Path, 4711, "17");
        Assert.Equal(2, Directory.GetFiles(_directory.Path).Length);
    }

    // B20: it can't be watched, and must not stay behind.
    [Fact]
    public void KillAndReap_Living_LeavesNoZombie()
    {
        SpawnedProcess process = Shell("read line <&3");
        process.KillAndReap();
        Assert.False(Directory.Exists($"/proc/{process.Id}"));
        Assert.False(process.Lives);
    }

    private static ExitStatus Ends(SpawnedProcess process)
    {
        Assert.True(Poller.Wait(process.PidfdNumber, Libc.POLLIN, Deadline.Limit), "it does not end");
        return process.Reap();
    }

    private SpawnedProcess Shell(string script, string temporary = "/tmp") => Spawn("/bin/sh", ["sh", "-c", script], _directory.Path, temporary);

    private string SpawnFails(string program)
    {
        RestartException failure = Assert.Throws<RestartException>(() => Spawn(program, [program], _directory.Path));
        Assert.Equal(RestartFailure.SpawnFailed, failure.Failure);
        Assert.Contains($"Could not start {program} in {_directory.Path}", failure.Message, StringComparison.Ordinal);
        return failure.Message;
    }

    private SpawnedProcess Spawn(string program, string[] arguments, string workingDirectory, string temporary = "/tmp")
    {
        var environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["TMPDIR"] = temporary };
        return Spawner.Spawn(new StartCommand(program, arguments, workingDirectory, environment), environment, _theirs, Target, blockedSignals: []);
    }

    private string ReadLine()
    {
        var line = new List<byte>();
        byte[] next = new byte[1];
        while (UnixStream.Receive(_ours, next, descriptors: null, Deadline.Limit) == 1 && next[0] != '\n')
        {
            line.Add(next[0]);
        }

        return System.Text.Encoding.UTF8.GetString([.. line]);
    }
}
