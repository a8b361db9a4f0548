using Baton.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Baton.Tests;

public class BufferedLoggerTests
{
    private readonly BufferedLogger _buffered = new();
    private readonly RecordingLogger _target = new();

    private IEnumerable<string> Texts
    {
        get
        {
            Assert.True(_buffered.Flush(Deadline.Limit));
            return _target.Lines.Select(l => l.Text);
        }
    }

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
        Assert.True(_buffered.Flush(Deadline.Limit));
        Assert.Equal(new LogLine(LogLevel.Error, new EventId(404, "RestartFailed"), "state", cause), Assert.Single(_target.Lines));
    }

    [Fact]
    public void Log_NobodyAttaches_KeepsTheFirstFiveHundred()
    {
        for (int i = 0; i < 1000; i++)
        {
            Write($"{i}");
        }

        _buffered.Attach(_target);
        Assert.Equal("499", Texts.Last());
        Assert.Equal(500, _target.Lines.Count);
    }

    [Fact]
    public void Attach_Again_MovesToTheNewTarget()
    {
        _buffered.Attach(new RecordingLogger());
        _buffered.Attach(_target);
        Write("line");
        Assert.Equal(["line"], Texts);
    }

    [Fact]
    public void Log_ALoggerThatThrows_CostsOnlyItsLines()
    {
        var hostile = new HostileLogger(line => line == "first" ? throw new InvalidOperationException("disk full") : false);
        _buffered.Attach(hostile);
        Write("first");
        Write("second");
        Assert.True(_buffered.Flush(Deadline.Limit));
        Assert.Equal(["second"], hostile.Written);
    }

    [Fact]
    public async Task Log_ALoggerThatBlocksForEver_HoldsUpNobody()
    {
        using var blocked = new ManualResetEventSlim();
        var hostile = new HostileLogger(_ => { blocked.Wait(); return false; });
        _buffered.Attach(hostile);
        for (int i = 0; i < BufferedLogger.MostWaiting * 2; i++)
        {
            Write($"{i}");
        }

        Assert.False(_buffered.Flush(TimeSpan.FromMilliseconds(1)));
        Task written = _buffered.WrittenAsync();
        Assert.False(written.IsCompleted);
        blocked.Set();
        await written.Soon();
        Assert.Contains(hostile.Written, l => l.Contains("log lines of Baton are missing", StringComparison.Ordinal));

        // The queue, the line that was being written, and a word of lines lost before that one and after it.
        Assert.True(hostile.Written.Count <= BufferedLogger.MostWaiting + 3);
    }

    [Fact]
    public async Task WrittenAsync_NobodyHasAttached_IsThereAtOnce()
    {
        Write("kept");
        await _buffered.WrittenAsync().Soon();
        Assert.True(_buffered.Flush(TimeSpan.Zero));
    }

    [Fact]
    public void Aside_AnotherTarget_KeepsTheOrder()
    {
        _buffered.Attach(_target);
        ILogger aside = _buffered.Aside(_target);
        for (int i = 0; i < 100; i++)
        {
            (i % 2 == 0 ? aside : _buffered).Log(LogLevel.Information, default, i, null, (s, _) => $"{s}");
        }

        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}"), Texts);
    }

    // A logger's filters are the application's code, too.
    [Fact]
    public void IsEnabled_ALoggerThatThrowsThere_IsNotAskedByWhoeverLogs()
    {
        _buffered.Attach(new HostileLogger(_ => throw new InvalidOperationException("no filter")));
        Assert.True(_buffered.IsEnabled(LogLevel.Information));
        Assert.False(_buffered.IsEnabled(LogLevel.None));
    }

    // A provider that ends the process from the thread that writes: exit handlers wait for the lines on that thread.
    [Fact]
    public void Flush_OnTheThreadThatWrites_DoesNotWaitForItself()
    {
        bool? flushed = null;
        var hostile = new HostileLogger(_ => { flushed = _buffered.Flush(Timeout.InfiniteTimeSpan); return false; });
        _buffered.Attach(hostile);
        Write("line");
        Assert.True(_buffered.Flush(Deadline.Limit));
        Assert.False(flushed);
    }

    private void Write(string text) => _buffered.Log(LogLevel.Information, default, text, null, (s, _) => s);

    private sealed class HostileLogger(Func<string, bool> write) : ILogger
    {
        internal List<string> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => throw new InvalidOperationException("no scope");

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            string line = formatter(state, exception);
            write(line);
            Written.Add(line);
        }
    }
}
