using System.Runtime.InteropServices;
using Baton.Processes;

namespace Baton.Tests;

/// <summary>F16: the table, and the presets as those systems document them.</summary>
public class SignalTableTests
{
    private readonly SignalTable _table = new RestarterOptions().Signals;

    [Theory]
    [InlineData(SignalPreset.Default, "SIGHUP: Restart, SIGINT: Shutdown, SIGQUIT: Shutdown, SIGUSR2: Restart, SIGTERM: Shutdown")]
    [InlineData(SignalPreset.GoFrame, "SIGINT: Shutdown, SIGQUIT: Shutdown, SIGUSR1: Restart, SIGTERM: Shutdown")]
    [InlineData(SignalPreset.Endless, "SIGHUP: Restart, SIGINT: Shutdown, SIGUSR1: HookOnly, SIGUSR2: Force, SIGTERM: Shutdown, SIGTSTP: HookOnly")]
    [InlineData(SignalPreset.Trpc, "SIGINT: Shutdown, SIGUSR2: Restart, SIGTERM: Shutdown")]
    [InlineData(SignalPreset.Tableflip, "SIGHUP: Restart, SIGINT: Shutdown, SIGQUIT: Shutdown, SIGTERM: Shutdown")]
    [InlineData(SignalPreset.Tencent, "SIGHUP: Restart, SIGINT: Shutdown, SIGQUIT: Shutdown, SIGTERM: Shutdown")]
    public void Use_APreset_ReplacesTheTable(SignalPreset preset, string table)
    {
        _table[(PosixSignal)14] = SignalAction.Ignore;
        Assert.Equal(table, _table.Use(preset).ToString());
    }

    [Fact]
    public void Table_OfNewOptions_IsTheDefault() => Assert.Equal(new RestarterOptions().Signals.Use(SignalPreset.Default).ToString(), _table.ToString());

    [Fact]
    public void Use_APresetThatDoesNotExist_IsRefusedAndChangesNothing()
    {
        string before = _table.ToString();
        Assert.Throws<ArgumentOutOfRangeException>(() => _table.Use((SignalPreset)99));
        Assert.Equal(before, _table.ToString());
    }

    [Fact]
    public void Indexer_ASignalByNumber_IsTheOneOfThatName()
    {
        _table[(PosixSignal)15] = SignalAction.Ignore;
        Assert.Equal(SignalAction.Ignore, _table[PosixSignal.SIGTERM]);
        Assert.Contains(PosixSignal.SIGTERM, _table.Select(row => row.Key));
        Assert.Equal(5, _table.Count);
    }

    [Fact]
    public void Indexer_Null_TakesTheSignalOut()
    {
        _table[PosixSignal.SIGHUP] = null;
        Assert.Null(_table[PosixSignal.SIGHUP]);
        Assert.Equal(4, _table.Count);
        _table.Clear();
        Assert.Empty(_table);
    }

    [Fact]
    public void Indexer_ASignalThatDoesNotExist_IsRefusedAndInNoTable()
    {
        Assert.Null(_table[(PosixSignal)65]);
        Assert.Throws<ArgumentOutOfRangeException>(() => _table[(PosixSignal)65] = SignalAction.Ignore);
    }

    [Theory]
    [InlineData("SIGUSR1", 10)]
    [InlineData("usr1", 10)]
    [InlineData("SigTstp", 20)]
    [InlineData("15", 15)]
    [InlineData("64", 64)]
    [InlineData("65", 0)]
    [InlineData("SIGNOTHING", 0)]
    [InlineData("SIG", 0)]
    [InlineData("", 0)]
    [InlineData("-1", 0)]
    public void Parse_ANameOrNumber_IsItsNumber(string text, int number) => Assert.Equal(number, SignalNumber.Parse(text));

    [Fact]
    public void ToPosix_ANumber_LeadsBackToIt() => Assert.All(Enumerable.Range(1, 64), n => Assert.Equal(n, SignalNumber.Of(SignalNumber.ToPosix(n))));
}
