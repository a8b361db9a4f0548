using System.Runtime.InteropServices;
using Baton.Processes;

namespace Baton.Tests.Processes;

public class SignalNumberTests
{
    // F16: the numbers of signal(7) on x64 and arm64.
    [Theory]
    [InlineData(PosixSignal.SIGHUP, 1)]
    [InlineData(PosixSignal.SIGINT, 2)]
    [InlineData(PosixSignal.SIGQUIT, 3)]
    [InlineData(PosixSignal.SIGTERM, 15)]
    [InlineData(PosixSignal.SIGCHLD, 17)]
    [InlineData(PosixSignal.SIGCONT, 18)]
    [InlineData(PosixSignal.SIGWINCH, 28)]
    [InlineData(PosixSignal.SIGTTIN, 21)]
    [InlineData(PosixSignal.SIGTTOU, 22)]
    [InlineData(PosixSignal.SIGTSTP, 20)]
    [InlineData((PosixSignal)SignalNumber.SIGUSR2, 12)]
    [InlineData((PosixSignal)10, 10)]
    public void Of_ASignal_IsItsNumberOnLinux(PosixSignal signal, int number) => Assert.Equal(number, SignalNumber.Of(signal));

    [Fact]
    public void Of_EveryNamedSignal_HasANumber() =>
        Assert.All(Enum.GetValues<PosixSignal>(), signal => Assert.InRange(SignalNumber.Of(signal), 1, 31));

    [Theory]
    [InlineData(PosixSignal.SIGTERM, "SIGTERM")]
    [InlineData((PosixSignal)12, "SIGUSR2")]
    [InlineData((PosixSignal)34, "signal 34")]
    public void NameOf_ASignal_IsWhatPeopleCallIt(PosixSignal signal, string name) => Assert.Equal(name, SignalNumber.NameOf(signal));
}
