using Baton.Processes;
using Baton.Tests.Support;

namespace Baton.Tests.Processes;

/// <summary>What a SIGHUP means, by what has become of the terminal and of who led the session.</summary>
public class TerminalSessionTests
{
    private const int Leader = 4711;

    private readonly ManualTime _time = new();
    private bool _hasTerminal = true;
    private bool _leaderLeaves;

    [Fact]
    public void Judge_TheTerminalIsThere_SomebodyHasSentIt() => Assert.Equal(HangUp.None, Session().Judge());

    [Fact]
    public void Judge_ThereNeverWasOne_SomebodyHasSentIt()
    {
        _hasTerminal = false;
        Assert.Equal(HangUp.None, Session().Judge());
    }

    [Fact]
    public void Judge_TheTerminalHasGone_IsAHangUp()
    {
        TerminalSession session = Session();
        _hasTerminal = false;
        Assert.Equal(HangUp.OfTerminal, session.Judge());
        Assert.Equal(HangUp.OfTerminal, session.Judge());
    }

    // A shell that hangs its jobs up ends after that.
    [Fact]
    public void Judge_TheTerminalGoesAMomentLater_IsAHangUp()
    {
        int looks = 0;
        var session = new TerminalSession(told: null, hangUpsIgnored: false, () => new ControllingTerminal(Leader, HasTerminal: looks++ < 3, IsLeaving: false), _ => false, _time);
        Assert.Equal(HangUp.OfTerminal, session.Judge());
    }

    [Fact]
    public void Judge_TheTerminalWentLongAgo_SomebodyHasSentIt()
    {
        TerminalSession session = Session();
        _hasTerminal = false;
        session.Look();
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(HangUp.None, session.Judge());
    }

    [Theory]
    [InlineData("4711:-:", true, HangUp.OfLeader)]
    [InlineData("4711:-:", false, HangUp.OfTerminal)]
    [InlineData("4712:-:", true, HangUp.OfTerminal)]
    [InlineData(null, true, HangUp.OfTerminal)]
    public void Judge_WhoLedTheSession_Counts(string? told, bool leaves, object expected)
    {
        TerminalSession session = Session(told);
        (_hasTerminal, _leaderLeaves) = (false, leaves);
        Assert.Equal((HangUp)expected, session.Judge());
    }

    [Theory]
    [InlineData(null, false, true, false)]
    [InlineData("4711:-:", false, false, false)]
    [InlineData("4711:-:nohup", false, false, true)]
    [InlineData(null, true, true, true)]
    [InlineData("what", false, true, false)]
    [InlineData("4711:2147483647:", false, false, false)]
    [InlineData("-1:-1:nohup:", false, true, false)]
    public void Told_IsWhatThePredecessorKnew(string? told, bool ignored, bool isFirst, bool hangUpsIgnored)
    {
        var session = new TerminalSession(told, ignored, Look, _ => _leaderLeaves, _time);
        Assert.Equal((isFirst, hangUpsIgnored, false), (session.IsFirst, session.HangUpsIgnored, session.HasStandIn));
    }

    // What is not a pipe is not written to, whatever the variable says.
    [Fact]
    public void Told_AFileInsteadOfAPipe_IsLeftAlone()
    {
        using var directory = new TemporaryDirectory();
        using FileStream file = File.Create(directory.File("victim"));
        TerminalSession session = Session($"{Environment.ProcessId}:{file.SafeFileHandle.DangerousGetHandle()}:");
        session.Say("serves", 1);
        Assert.False(session.HasStandIn);
        Assert.Equal(0, file.Length);
    }

    [Fact]
    public void Tell_ASuccessor_LearnsWhoTheFirstWasFromEachGeneration()
    {
        var command = new StartCommand("/srv/app", ["app"], "/srv", new Dictionary<string, string>());
        StartCommand told = new TerminalSession(told: null, hangUpsIgnored: true, Look, _ => false, _time).Tell(command, mayStandIn: false);
        Assert.Equal($"{Environment.ProcessId}:-:nohup", told.Environment[TerminalSession.Variable]);
        Assert.Same(told, Session("4711:-:nohup").Tell(told, mayStandIn: true));
        Assert.Contains(TerminalSession.Variable, told.ReplacingEnvironment().Keys);
        Assert.DoesNotContain(TerminalSession.Variable, told.AsideEnvironment().Keys);
        Assert.Contains(TerminalSession.Variable, new SuccessorStartContext(told, 2, By("the test")).Apply(_ => { }).Environment.Keys);
    }

    [Theory]
    [InlineData("12 (a b) c) S 1 12 11 34816 12 4194304 1", 11, true, false)]
    [InlineData("12 (x) R 1 12 12 0 -1 4194308 1", 12, false, true)]
    [InlineData("12 (x) Z 1 12 12 0 -1 4194304 1", 12, false, true)]
    public void Parse_ALineOfTheKernel_FindsTheFields(string line, int session, bool hasTerminal, bool isLeaving) =>
        Assert.Equal(new ControllingTerminal(session, hasTerminal, isLeaving), ControllingTerminal.Parse(line));

    [Fact]
    public void Leaves_ThisProcess_DoesNot()
    {
        Assert.False(ControllingTerminal.Leaves(Environment.ProcessId));
        Assert.True(ControllingTerminal.Leaves(int.MaxValue));
    }

    private ControllingTerminal Look() => new(Leader, _hasTerminal, IsLeaving: false);

    private TerminalSession Session(string? told = null) => new(told, hangUpsIgnored: false, Look, pid => pid == Leader && _leaderLeaves, _time);
}
