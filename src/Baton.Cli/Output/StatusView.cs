using System.Globalization;
using Baton.Cli.Discovery;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Baton.Cli.Output;

/// <summary>A service on at most a screen: what serves, its processes, what still drains and why, the last restarts.</summary>
internal sealed class StatusView(FoundService service, DateTimeOffset now)
{
    private const int MostRestarts = 3;
    private const int MostRequests = 3;

    private RestartStatus Status => service.Status;

    internal IRenderable Render()
    {
        List<IRenderable> parts = [Heading(), .. Facts(), new Text(""), Generations()];
        if (Status.Restart is { } restart)
        {
            string now = restart.Current?.Words ?? "-";
            parts.AddRange([new Text(""), Ink.Join(
                new Ink("Restarting", Ink.Attention), $" since {Wording.Of(restart.Elapsed)}, asked by {restart.Trigger}; now {now}")]);
        }

        if (Status.ProbationEnds is { } left)
        {
            parts.AddRange([new Text(""), Ink.Join(new Ink("On probation", Ink.Attention), $" for another {Wording.Of(left)}: the old process can still take over again")]);
        }

        parts.AddRange(StillDraining());
        parts.AddRange(LastRestarts());
        return new Rows(parts);
    }

    private Paragraph Heading()
    {
        string version = Status.Version.Length == 0 ? "" : $" {Status.Version}";
        return Ink.Join(
            new Ink($"{Status.Name}{version}", Ink.Strong), "  ", Ink.Of(Status.State),
            Wording.Say($"  pid {Status.Pid}, generation {Status.Generation}, up {StatusWords.Uptime(Status.StartedAt, now)}"));
    }

    private IEnumerable<IRenderable> Facts()
    {
        if (Status.Program.Length > 0)
        {
            yield return Fact("program", Status.Program);
        }

        yield return Fact("listens on", Status.Listeners.Count == 0 ? "nothing" : string.Join(", ", Status.Listeners));
        yield return Fact("socket", service.Socket);
        if (Status.NameHeldBy is { } holder && holder != Status.Pid)
        {
            yield return Fact("name", Wording.Say($"held by process {holder}, another service"));
        }

        if (service.User != Interop.Libc.geteuid())
        {
            yield return Fact("user", ServiceUser.NameOf(service.User));
        }
    }

    private static Spectre.Console.Grid Fact(string name, string value)
    {
        var grid = new Spectre.Console.Grid { Expand = false };
        _ = grid.AddColumn(new GridColumn { Padding = new Padding(2, 0, 2, 0), Width = 10, NoWrap = true });
        _ = grid.AddColumn(new GridColumn { Padding = new Padding(0) });
        return grid.AddRow(new Ink(name, Ink.Dim).ToParagraph(), new Ink(value).ToParagraph());
    }

    private IRenderable Generations()
    {
        var grid = new Grid(">GEN", ">PID", "VERSION", "STATE", ">UPTIME", "CONNECTIONS", ">REQUESTS", ">DEADLINE");
        foreach (GenerationStatus generation in Status.Generations.OrderByDescending(g => g.Generation))
        {
            grid.Add(
                Wording.Say($"{generation.Generation}"),
                Wording.Say($"{generation.Pid}"),
                StatusWords.OrDash(generation.Version),
                Ink.Of(generation.State),
                StatusWords.Uptime(generation.StartedAt, now),
                StatusWords.Connections(generation),
                Wording.Say($"{generation.RequestCount}"),
                generation.DrainLimit is { } left ? Wording.Of(left) : "-");
        }

        return grid.Indented(2);
    }

    private IEnumerable<IRenderable> StillDraining()
    {
        // On probation the old process stays, whether it has something to do or not.
        foreach (GenerationStatus generation in Status.Generations.Where(g => StatusWords.IsLeaving(g.State) && (g.State != ProcessState.HandedOver || StatusWords.HasOpenWork(g))))
        {
            yield return new Text("");
            yield return Ink.Join(new Ink("Still draining", Ink.Attention), Wording.Say($": process {generation.Pid} has {Operations.StoryWords.OpenWork(generation)}"));
            foreach (OpenRequest request in generation.Requests.Take(MostRequests))
            {
                yield return Indent(4, new Ink(request.Path), new Ink($"  for {Wording.Of(request.Age)}", Ink.Dim));
            }

            if (generation.RequestCount > MostRequests)
            {
                yield return Indent(4, new Ink(Wording.Say($"and {generation.RequestCount - Math.Min(MostRequests, generation.Requests.Count)} more"), Ink.Dim));
            }
        }
    }

    private IEnumerable<IRenderable> LastRestarts()
    {
        RestartRecord[] last = [.. Status.LastRestarts.OrderByDescending(r => r.AskedAt).Take(MostRestarts)];
        if (last.Length > 0)
        {
            yield return new Text("");
            yield return new Text("Last restarts");
        }

        foreach (RestartRecord record in last)
        {
            yield return Indent(2, [new Ink(record.AskedAt.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture), Ink.Dim), .. Outcome(record)]);
            yield return Indent(4, new Ink($"asked by {record.Trigger}", Ink.Dim));
            if (record.GoneAfter is { } gone)
            {
                yield return Indent(4, new Ink($"the old process was gone after {Wording.Of(gone)}", Ink.Dim));
            }

            if (record.Failure is not null)
            {
                foreach (string line in record.Explanation.Split('\n').Where(l => l.Length > 0))
                {
                    yield return Indent(4, line);
                }
            }
        }
    }

    private static ReadOnlySpan<Ink> Outcome(RestartRecord record)
    {
        string duration = Wording.Of(record.Duration);
        if (record.Failure is { } failure)
        {
            return new Ink[] { new($"  failed after {duration}: {failure}", Ink.Bad) };
        }

        string successor = Wording.Say($": generation {record.Generation}{(record.SuccessorPid is { } pid ? Wording.Say($", process {pid}") : "")}");
        return new Ink[] { new($"  done in {duration}", Ink.Good), successor };
    }

    private static Padder Indent(int columns, params ReadOnlySpan<Ink> pieces) => new(Ink.Join(pieces), new Padding(columns, 0, 0, 0));
}
