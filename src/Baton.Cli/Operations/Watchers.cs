using System.Globalization;
using Baton.Cli.Discovery;
using Baton.Cli.Output;
using Baton.Control;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Baton.Cli.Operations;

/// <summary>A program: every line.</summary>
internal sealed class JsonWatcher(JsonLines json) : IWatcher
{
    public void Show(FoundService service, ControlAnswer line) => json.Write(line);

    public void Hear(ControlAnswer answer)
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

/// <summary>A log or a pipe: a line for each change.</summary>
internal sealed class PlainWatcher(Screen screen, TimeProvider time) : IWatcher
{
    private readonly WatchWords _words = new();
    private string _last = "";

    public void Show(FoundService service, ControlAnswer line)
    {
        foreach (string failure in _words.NewFailures(service.Status))
        {
            Line(failure);
        }

        string now = $"{WatchWords.Of(service.Status)}; {OpenWork(service.Status)}";
        if (now != _last)
        {
            Line(now);
            _last = now;
        }
    }

    public void Hear(ControlAnswer answer)
    {
        // The status tells the same, if less often.
    }

    public void End()
    {
        // Each line is complete.
    }

    private static string OpenWork(RestartStatus status) =>
        string.Join("; ", status.Generations.OrderByDescending(g => g.Generation).Select(g => g.Pid == status.Pid ? StoryWords.OpenWork(g) : Wording.Say($"{g.Pid} {g.State}: {StoryWords.OpenWork(g)}")));

    private void Line(string words) => screen.Line($"{WatchWords.Clock(time)}  {words}");
}

/// <summary>A terminal: the status, drawn anew in its place, and below it what happened last.</summary>
internal sealed class LiveWatcher(Screen screen, TimeProvider time) : IWatcher
{
    private const int MostEvents = 8;
    private readonly WatchWords _words = new();
    private readonly Queue<string> _events = new();
    private string _last = "";

    public void Show(FoundService service, ControlAnswer line)
    {
        foreach (string failure in _words.NewFailures(service.Status))
        {
            Remember(failure);
        }

        string now = WatchWords.Of(service.Status);
        if (now != _last)
        {
            Remember(now);
            _last = now;
        }

        IEnumerable<IRenderable> events = _events.Select(e => new Padder(new Ink(e, Ink.Dim).ToParagraph(), new Padding(2, 0, 0, 0)));
        screen.Block(new Rows([new StatusView(service, time.GetUtcNow()).Render(), new Text(""), .. events]));
    }

    public void Hear(ControlAnswer answer)
    {
        // As above.
    }

    public void End() => screen.KeepBlock();

    private void Remember(string words)
    {
        _events.Enqueue($"{WatchWords.Clock(time)}  {words}");
        if (_events.Count > MostEvents)
        {
            _ = _events.Dequeue();
        }
    }
}

/// <summary>What happened, in words.</summary>
internal sealed class WatchWords
{
    private DateTimeOffset? _lastFailure;

    internal static string Clock(TimeProvider time) => time.GetUtcNow().ToString("HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary><c>shop Restarting: warm-up, process 4711, generation 3</c>.</summary>
    internal static string Of(RestartStatus status)
    {
        string phase = status.Restart is { Current: { } now } ? $": {now.Name}" : "";
        return Wording.Say($"{status.Name} {status.State}{phase}, process {status.Pid}, generation {status.Generation}");
    }

    /// <summary>Restarts that have failed since the last look; what had failed before the first is no news.</summary>
    internal IEnumerable<string> NewFailures(RestartStatus status)
    {
        DateTimeOffset before = _lastFailure ?? DateTimeOffset.MaxValue;
        RestartRecord[] failed = [.. status.LastRestarts.Where(r => r.Failure is not null).OrderBy(r => r.AskedAt)];
        _lastFailure = failed.Length > 0 ? failed[^1].AskedAt : _lastFailure ?? DateTimeOffset.MinValue;
        return failed.Where(r => r.AskedAt > before).Select(r => $"restart failed: {r.Failure}: {r.Explanation.Split('\n')[0]}");
    }
}
