using Baton.Processes;
using Baton.Systemd;
using Baton.Tests.Support;

namespace Baton.Tests.Systemd;

/// <summary>Checklist E1, E5: what stands in the environment of this process, of its successors, and of other programs.</summary>
[Collection(nameof(SystemdEnvironmentTests))]
[CollectionDefinition(nameof(SystemdEnvironmentTests), DisableParallelization = true)]
public sealed class SystemdEnvironmentTests : IDisposable
{
    private static readonly string[] Variables = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS", "SYSTEMD_EXEC_PID"];
    private readonly RecordingLogger _logger = new();

    public void Dispose() => Array.ForEach(Variables, v => Environment.SetEnvironmentVariable(v, null));

    [Fact]
    public void Take_AService_HidesItFromTheHostAndTellsTheSuccessor()
    {
        SystemdEnvironment taken = Take(("NOTIFY_SOCKET", "/run/systemd/notify"), ("WATCHDOG_USEC", "30000000"), ("WATCHDOG_PID", $"{Environment.ProcessId}"));
        Assert.NotNull(taken.Socket);
        Assert.Equal(TimeSpan.FromSeconds(15), taken.WatchdogInterval);
        Assert.All(Variables, v => Assert.Null(Environment.GetEnvironmentVariable(v)));
        Assert.Equal("/run/systemd/notify", taken.Command.Environment["NOTIFY_SOCKET"]);
        Assert.Equal("30000000", taken.Command.Environment["WATCHDOG_USEC"]);
        Assert.DoesNotContain("WATCHDOG_PID", taken.Command.Environment.Keys);
    }

    [Fact]
    public void Take_AnotherProcessIsMeantByTheWatchdog_GivesNoSigns()
    {
        SystemdEnvironment taken = Take(("NOTIFY_SOCKET", "@notify"), ("WATCHDOG_USEC", "30000000"), ("WATCHDOG_PID", "1"));
        Assert.Null(taken.WatchdogInterval);
        Assert.Equal("1", taken.Command.Environment["WATCHDOG_PID"]);
    }

    [Fact]
    public void Take_AVirtualSocket_IsIgnoredAndLogged()
    {
        SystemdEnvironment taken = Take(("NOTIFY_SOCKET", "vsock:2:1234"));
        Assert.Null(taken.Socket);
        Assert.Equal(["NotifySocketIgnored"], _logger.EventNames);
    }

    [Fact]
    public void Take_NoService_ChangesNothing()
    {
        SystemdEnvironment taken = Take(("WATCHDOG_USEC", "30000000"));
        Assert.Null(taken.Socket);
        Assert.Equal("30000000", Environment.GetEnvironmentVariable("WATCHDOG_USEC"));
        Assert.Empty(_logger.EventNames);
    }

    [Fact]
    public void Succeed_WhatNamesThePredecessor_NamesThisProcess()
    {
        string own = $"{Environment.ProcessId}";
        StartCommand command = SystemdEnvironment.Succeed(Command(("LISTEN_PID", "4711"), ("LISTEN_FDS", "1"), ("SYSTEMD_EXEC_PID", "4711")), predecessor: 4711);
        Assert.Equal((own, own), (Environment.GetEnvironmentVariable("LISTEN_PID"), Environment.GetEnvironmentVariable("SYSTEMD_EXEC_PID")));
        Assert.Equal((own, "1", own), (command.Environment["LISTEN_PID"], command.Environment["LISTEN_FDS"], command.Environment["SYSTEMD_EXEC_PID"]));
    }

    // Set by a shell or a desktop that runs in a service.
    [Theory]
    [InlineData(4711)]
    [InlineData(null)]
    public void Succeed_WhatNamesAnotherProcess_IsLeft(int? predecessor)
    {
        StartCommand command = SystemdEnvironment.Succeed(Command(("LISTEN_PID", "1"), ("SYSTEMD_EXEC_PID", "1")), predecessor);
        Assert.Equal(("1", "1"), (command.Environment["LISTEN_PID"], command.Environment["SYSTEMD_EXEC_PID"]));
        Assert.Null(Environment.GetEnvironmentVariable("LISTEN_PID"));
    }

    // A check must not speak for the service; a program that replaces this one does, but gets no sockets.
    [Fact]
    public void Environments_OfOtherPrograms_HaveWhatIsMeantForThem()
    {
        StartCommand command = Command(
            ("NOTIFY_SOCKET", "/n"), ("WATCHDOG_USEC", "1"), ("SYSTEMD_EXEC_PID", "1"), ("LISTEN_FDS", "1"), ("LISTEN_PID", "1"), ("LISTEN_FDNAMES", "a"),
            ("BATON_HANDOVER", "3:1"), ("PATH", "/bin"));
        Assert.Equal(["PATH"], command.AsideEnvironment().Keys);
        Assert.Equal(["NOTIFY_SOCKET", "WATCHDOG_USEC", "SYSTEMD_EXEC_PID", "PATH"], command.ReplacingEnvironment().Keys);
    }

    private static StartCommand Command(params (string Name, string Value)[] variables) => new("/srv/app", ["app"], "/srv", variables.ToDictionary(v => v.Name, v => v.Value));

    private SystemdEnvironment Take(params (string Name, string Value)[] variables)
    {
        Array.ForEach(variables, v => Environment.SetEnvironmentVariable(v.Name, v.Value));
        return SystemdEnvironment.Take(Command(variables), _logger);
    }
}
