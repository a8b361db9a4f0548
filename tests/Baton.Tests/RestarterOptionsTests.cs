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
        Fails("ReadinessTag is ''; allowed is any text but none.");
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

    [Fact]
    public void Validate_ASignalInBothLists_NamesIt()
    {
        _options.RestartSignals.Add(PosixSignal.SIGTERM);
        Fails("RestartSignals is SIGTERM; allowed is none that is also a shutdown signal.");
    }

    [Fact]
    public void Validate_ASignalInBothListsByNameAndByNumber_NamesIt()
    {
        _options.RestartSignals.Add((PosixSignal)15);
        Fails("RestartSignals is SIGTERM; allowed is none that is also a shutdown signal.");
    }

    [Fact]
    public void Validate_NoSignalsAtAll_IsAllowed()
    {
        _options.RestartSignals.Clear();
        _options.ShutdownSignals.Clear();
        _options.Validate();
    }

    private ArgumentOutOfRangeException Fails(string message)
    {
        var failure = Assert.Throws<ArgumentOutOfRangeException>(_options.Validate);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
        return failure;
    }
}
