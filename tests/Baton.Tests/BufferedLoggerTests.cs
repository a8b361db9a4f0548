using Baton.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Baton.Tests;

public class BufferedLoggerTests
{
    private readonly BufferedLogger _buffered = new();
    private readonly RecordingLogger _target = new();

    private IEnumerable<string> Texts => _target.Lines.Select(l => l.Text);

    [Fact]
    public void Attach_LinesWereKept_WritesThemInOrderAndThenPassesOn()
    {
        Write("first");
        Write("second");
        _buffered.Attach(_target);
        Write("third");
        Assert.Equal(["first", "second", "third"], Texts);
    }

    [Fact]
    public void Attach_LinesWereKept_LevelEventAndExceptionAreKeptToo()
    {
        var cause = new InvalidOperationException("why");
        _buffered.Log(LogLevel.Error, new EventId(404, "RestartFailed"), "state", cause, (s, _) => s);
        _buffered.Attach(_target);
        Assert.Equal(new LogLine(LogLevel.Error, new EventId(404, "RestartFailed"), "state", cause), Assert.Single(_target.Lines));
    }

    // A generated state may be a struct whose values are gone when somebody attaches.
    [Fact]
    public void Log_BeforeAttach_FormatsAtOnce()
    {
        List<string> state = ["as it was"];
        _buffered.Log(LogLevel.Information, default, state, null, (s, _) => s[0]);
        state[0] = "as it is";
        _buffered.Attach(_target);
        Assert.Equal(["as it was"], Texts);
    }

    [Fact]
    public void Log_NobodyAttaches_KeepsTheFirstFiveHundred()
    {
        for (int i = 0; i < 1000; i++)
        {
            Write($"{i}");
        }

        _buffered.Attach(_target);
        Assert.Equal(500, _target.Lines.Count);
        Assert.Equal("499", Texts.Last());
    }

    [Fact]
    public void Attach_Again_MovesToTheNewTarget()
    {
        _buffered.Attach(new RecordingLogger());
        _buffered.Attach(_target);
        Write("line");
        Assert.Equal(["line"], Texts);
    }

    // The line is formatted at the very moment in which another thread attaches.
    [Fact]
    public void Attach_WhileALineIsOnItsWay_LosesNothing()
    {
        _buffered.Log(LogLevel.Information, default, "line", null, (s, _) =>
        {
            _buffered.Attach(_target);
            return s;
        });
        Assert.Equal(["line"], Texts);
    }

    private void Write(string text) => _buffered.Log(LogLevel.Information, default, text, null, (s, _) => s);
}
