using System.Globalization;
using Baton.Cli.Discovery;
using Baton.Cli.Output;
using Baton.Control;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Baton.Cli.Operations;

/// <summary>For programs: every answer as a line.</summary>
internal sealed class JsonWatcher(JsonLines json) : IWatcher
{
    public void Show(FoundService service, ControlAnswer line) => json.Write(line);

    public void Report(ControlAnswer answer)
    {
        if (answer is not ControlAnswer.Unknown)
        {
            json.Write(answer);
        }
    }

    public void End()
    {
        // The result follows.
    }
}

/// <summary>For a log or a pipe: a line for each change.</summary>
internal sealed class PlainWatcher(Screen screen, TimeProvider time) : IWatcher
{
    private readonly WatchText _text = new();
    private string _last = "";

    public void Show(FoundService service, ControlAnswer line)
    {
        foreach (string failure in _text.NewFailures(service.Status))
        {
            Line(failure);
        }

        string now = $"{WatchText.Of(service.Status)}; {OpenWork(service.Status)}";
        if (now != _last)
        {
            Line(now);
            _last = now;
        }
    }

    public void Report(ControlAnswer answer)
    {
        // The status, which comes less often, says the same.
    }

    public void End()
    {
        // Each line is complete.
    }

    private static string OpenWork(RestartStatus status) =>
        string.Join(
            "; ",
            status.Generations.OrderByDescending(g => g.Generation).Select(g =>
                g.Pid == status.Pid ? ProgressText.OpenWork(g) : Wording.Say($"{g.Pid} {g.State}: {ProgressText.OpenWork(g)}")));

    private void Line(string text) => screen.Line($"{WatchText.Clock(time)}  {text}");
}

/// <summary>For a terminal: the status, redrawn in place, and the last events below it.</summary>
internal sealed class LiveWatcher(Screen screen, TimeProvider time) : IWatcher
{
    private const int MostEvents = 8;
    private readonly WatchText _text = new();
    private readonly Queue<string> _events = new();
    private string _last = "";

    public void Show(FoundService service, ControlAnswer line)
    {
        foreach (string failure in _text.NewFailures(service.Status))
        {
            Remember(failure);
        }

        string now = WatchText.Of(service.Status);
        if (now != _last)
        {
            Remember(now);
            _last = now;
        }

        IEnumerable<IRenderable> events = _events.Select(e =>
            new Padder(new StyledText(e, StyledText.Dim).ToParagraph(), new Padding(2, 0, 0, 0)));
        screen.Block(new Rows([new StatusView(service, time.GetUtcNow()).Render(), new Text(""), .. events]));
    }

    public void Report(ControlAnswer answer)
    {
        // The status, which comes less often, says the same.
    }

    public void End() => screen.KeepBlock();

    private void Remember(string text)
    {
        _events.Enqueue($"{WatchText.Clock(time)}  {text}");
        if (_events.Count > MostEvents)
        {
            _ = _events.Dequeue();
        }
    }
}

/// <summary>The changes of a watched service as text.</summary>
internal sealed class WatchText
{
    private DateTimeOffset? _lastFailure;

    internal static string Clock(TimeProvider time) => time.GetUtcNow().ToString("HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary><c>shop Restarting: warm-up, process 4711, generation 3</c>.</summary>
    internal static string Of(RestartStatus status)
    {
        string phase = status.Restart is { Current: { } now } ? $": {now.Name}" : "";
        return Wording.Say($"{status.Name} {status.State}{phase}, process {status.Pid}, generation {status.Generation}");
    }

    /// <summary>Restarts that failed since the last call. The first call returns none.</summary>
    internal IEnumerable<string> NewFailures(RestartStatus status)
    {
        DateTimeOffset before = _lastFailure ?? DateTimeOffset.MaxValue;
        RestartRecord[] failed = [.. status.LastRestarts.Where(r => r.Failure is not null).OrderBy(r => r.AskedAt)];
        _lastFailure = failed.Length > 0 ? failed[^1].AskedAt : _lastFailure ?? DateTimeOffset.MinValue;
        return failed.Where(r => r.AskedAt > before).Select(r => $"restart failed: {r.Failure}: {r.Explanation.Split('\n')[0]}");
    }
}
