using System.Text;
using Baton.Cli.Running;
using Baton.Cli.Tests.Support;
using Baton.Systemd;

namespace Baton.Cli.Tests.Running;

/// <summary>The parts of <c>baton run</c> that need no process.</summary>
public sealed class RunPartsTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(6, 16)]
    [InlineData(7, 30)]
    [InlineData(5000, 30)]
    public void BackOff_CrashesInARow_DoublesUpToItsLimit(int crashes, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), new RunOptions(["shop"]).DelayAfter(crashes));

    [Fact]
    public void Message_OfARestart_IsRead()
    {
        NotifyMessage message = NotifyMessage.Parse("MAINPID=4735\nREADY=1\nSTATUS=Generation 2 serves\nUNKNOWN\n");
        Assert.Equal((4735, true, false), (message.MainPid, message.IsReady, message.IsReloading));
        Assert.Equal("READY=1\nSTATUS=Generation 2 serves\nUNKNOWN", message.Forwarded);
    }

    [Fact]
    public void Message_OfOurOwn_IsReadAndNotForwarded()
    {
        Assert.True(NotifyMessage.Parse(RunReport.Hello).IsHello);
        Assert.True(NotifyMessage.Parse(RunReport.NobodyServes).NobodyServes);
        Assert.Equal((4735, 7), NotifyMessage.Parse(RunReport.Successor(4735, 7)).Successor);
        Assert.All([RunReport.Hello, RunReport.NobodyServes, RunReport.Successor(1, 2), "STOPPING=1", "BARRIER=1", "MAINPID=7"], text => Assert.Null(NotifyMessage.Parse(text).Forwarded));
    }

    [Theory]
    [InlineData("")]
    [InlineData("MAINPID=")]
    [InlineData("MAINPID=1")]
    [InlineData("MAINPID=-4")]
    [InlineData("MAINPID=99999999999")]
    [InlineData("X_BATON=successor 4 x")]
    [InlineData("X_BATON=successor 4")]
    [InlineData("=\n==\n")]
    public void Message_OfNonsense_SaysNothing(string text)
    {
        NotifyMessage message = NotifyMessage.Parse(text);
        Assert.Equal((null, null, false, false), (message.MainPid, message.Successor, message.IsHello, message.IsReady));
    }

    [Fact]
    public void Lines_OfTwoProcesses_AreWholeAndNamed()
    {
        var written = new List<string>();
        void Write(ReadOnlySpan<byte> line) => written.Add(Encoding.UTF8.GetString(line));
        var first = new SenderLines(4711, 1, Write, new PinnedTime());
        var second = new SenderLines(4735, null, Write, new PinnedTime());
        first.Add("one half"u8);
        second.Add("a\n\nb"u8);
        first.Add(" and the other\n"u8);
        second.End();
        second.End();

        Assert.Equal(["[4735] a\n", "[4735] \n", "[4711.1] one half and the other\n", "[4735] b\n"], written.Select(l => l["2026-11-21T12:00:00.000Z ".Length..]));
    }

    [Fact]
    public void Lines_ThatAreTooLong_ComeInPieces()
    {
        var written = new List<int>();
        var lines = new SenderLines(4711, 1, line => written.Add(line.Length), new PinnedTime());
        lines.Add(new byte[SenderLines.LongestLine + 10]);
        lines.End();
        Assert.Equal(2, written.Count);
    }
}
