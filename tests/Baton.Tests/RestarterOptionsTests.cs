using System.Runtime.InteropServices;
using Baton.AspNetCore;

namespace Baton.Tests;

public class RestarterOptionsTests
{
    private readonly GracefulRestartOptions _options = new();

    [Fact]
    public void Validate_Defaults_AreAllowed() => _options.Validate();

    [Fact]
    public void Validate_EverythingThatMayBeInfiniteOrZero_IsAllowed()
    {
        _options.ReadyTimeout = Timeout.InfiniteTimeSpan;
        _options.DrainTimeout = Timeout.InfiniteTimeSpan;
        _options.IdleGrace = Timeout.InfiniteTimeSpan;
        _options.HealthCheckTimeout = Timeout.InfiniteTimeSpan;
        _options.Validate();
        _options.DrainTimeout = TimeSpan.Zero;
        _options.IdleGrace = TimeSpan.Zero;
        _options.Validate();
    }

    [Theory]
    [InlineData(nameof(GracefulRestartOptions.ReadyTimeout), 0, "ReadyTimeout is 00:00:00; allowed is more than zero, or infinite.")]
    [InlineData(nameof(GracefulRestartOptions.ReadyTimeout), -2, "ReadyTimeout is -00:00:02; allowed is more than zero, or infinite.")]
    [InlineData(nameof(GracefulRestartOptions.LaterServerTimeout), -2, "LaterServerTimeout is -00:00:02; allowed is zero or more, and finite.")]
    [InlineData(nameof(GracefulRestartOptions.DrainTimeout), -2, "DrainTimeout is -00:00:02; allowed is zero or more, or infinite.")]
    [InlineData(nameof(GracefulRestartOptions.HandshakeTimeout), 0, "HandshakeTimeout is 00:00:00; allowed is more than zero, and finite.")]
    [InlineData(nameof(GracefulRestartOptions.ExitTimeout), 0, "ExitTimeout is 00:00:00; allowed is more than zero, and finite.")]
    [InlineData(nameof(GracefulRestartOptions.HealthPollInterval), 0, "HealthPollInterval is 00:00:00; allowed is more than zero, at most a day.")]
    [InlineData(nameof(GracefulRestartOptions.HealthCheckTimeout), 0, "HealthCheckTimeout is 00:00:00; allowed is more than zero, at most a day, or infinite.")]
    [InlineData(nameof(GracefulRestartOptions.HealthCheckTimeout), 100_000, "HealthCheckTimeout is 1.03:46:40; allowed is more than zero, at most a day, or infinite.")]
    [InlineData(nameof(GracefulRestartOptions.IdleGrace), -2, "IdleGrace is -00:00:02; allowed is zero or more, or infinite.")]
    public void Validate_OutOfRange_NamesTheOptionItsValueAndWhatIsAllowed(string option, int seconds, string message)
    {
        typeof(GracefulRestartOptions).GetProperty(option)!.SetValue(_options, TimeSpan.FromSeconds(seconds));
        Assert.Equal(option, Fails(message).ParamName);
    }

    [Fact]
    public void Validate_NoReadinessTag_IsRefused()
    {
        _options.ReadinessTag = "";
        Fails("ReadinessTag is \"\"; allowed is any text but none.");
    }

    [Theory]
    [InlineData(nameof(GracefulRestartOptions.HealthPollInterval))]
    [InlineData(nameof(GracefulRestartOptions.HandshakeTimeout))]
    [InlineData(nameof(GracefulRestartOptions.ExitTimeout))]
    public void Validate_InfiniteWhereItMayNotBe_IsRefused(string option)
    {
        typeof(GracefulRestartOptions).GetProperty(option)!.SetValue(_options, Timeout.InfiniteTimeSpan);
        Fails("allowed is more than zero, ");
    }

    [Theory]
    [InlineData(9, "Signals:SIGKILL is Shutdown; allowed is no action: the kernel lets no process catch it.")]
    [InlineData(19, "Signals:SIGSTOP is Shutdown; allowed is no action: the kernel lets no process catch it.")]
    [InlineData(11, "Signals:SIGSEGV is Shutdown; allowed is no action: it says that the program itself is broken.")]
    [InlineData(6, "Signals:SIGABRT is Shutdown; allowed is no action: it says that the program itself is broken.")]
    [InlineData(17, "Signals:SIGCHLD is Shutdown; allowed is no action: the runtime needs it to notice the end of processes.")]
    [InlineData(-5, "Signals:SIGCHLD is Shutdown; allowed is no action: the runtime needs it to notice the end of processes.")]
    [InlineData(34, "Signals:signal 34 is Shutdown; allowed is no action: the C library and the runtime need it for their threads.")]
    [InlineData(-99, "Signals:signal 0 is Shutdown; allowed is no action: there is no such signal.")]
    public void Validate_ASignalThatIsNotToBeHad_SaysWhy(int signal, string message)
    {
        _options.Signals[(PosixSignal)signal] = SignalAction.Shutdown;
        Fails(message);
    }

    [Fact]
    public void Validate_EveryAction_IsAllowed() => Assert.All(Enum.GetValues<SignalAction>(), action =>
    {
        var options = new RestarterOptions();
        options.Signals[(PosixSignal)10] = action;
        options.Validate();
    });

    [Fact]
    public void Validate_AnActionThatDoesNotExist_NamesThoseThatDo()
    {
        _options.Signals[PosixSignal.SIGHUP] = (SignalAction)9;
        Fails("Signals:SIGHUP is 9; allowed is Restart, Shutdown, Force, Ignore, HookOnly, RollBack.");
    }

    [Fact]
    public void Validate_NoSignalsAtAll_IsAllowed()
    {
        _options.Signals.Clear();
        _options.Validate();
    }

    [Fact]
    public void Validate_EveryPreset_IsAllowed() => Assert.All(Enum.GetValues<SignalPreset>(), preset =>
    {
        _options.Signals.Use(preset);
        _options.Validate();
    });

    private ArgumentOutOfRangeException Fails(string message)
    {
        var failure = Assert.Throws<ArgumentOutOfRangeException>(_options.Validate);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
        return failure;
    }

    [Theory]
    [InlineData("", false)]
    [InlineData(".hidden", false)]
    [InlineData("a/b", false)]
    [InlineData("caf\u00e9", false)]
    [InlineData("shop-2.eu_west", true)]
    public void Validate_Name_MustNameAFile(string name, bool good)
    {
        Exception? e = Record.Exception(() => new RestarterOptions { Name = name }.Validate());
        Assert.Equal(good, e is null);
        Assert.True(good || e is ArgumentOutOfRangeException { ParamName: nameof(RestarterOptions.Name) });
    }

    [Fact]
    public void Validate_ControlSocket_HasBounds()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new RestarterOptions { Name = new string('x', 65) }.Validate());
        Assert.Throws<ArgumentOutOfRangeException>(() => new RestarterOptions { Control = { Directory = "relative" } }.Validate());
        Assert.Throws<ArgumentOutOfRangeException>(() => new RestarterOptions { Control = { Timeout = TimeSpan.Zero } }.Validate());
        Assert.Throws<ArgumentOutOfRangeException>(() => new RestarterOptions { Control = { MaxConnections = 0 } }.Validate());
        Assert.Throws<ArgumentOutOfRangeException>(() => new RestarterOptions { Control = { MaxConnections = 1001 } }.Validate());
    }
}
