using Baton.Cli.Discovery;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Baton.Cli.Output;

/// <summary>A service on one screen: what serves, its processes, what still drains and why, the last restarts.</summary>
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
            string phase = restart.Current?.Words ?? "-";
            parts.Add(new Text(""));
            parts.Add(StyledText.Join(
                new StyledText("Restarting", StyledText.Attention),
                $" since {Wording.Of(restart.Elapsed)}, asked by {restart.Trigger}; now {phase}"));
        }

        if (Status.ProbationEnds is { } left)
        {
            parts.Add(new Text(""));
            parts.Add(StyledText.Join(
                new StyledText("On probation", StyledText.Attention),
                Status.AwaitsConfirmation
                    ? $" for another {Wording.Of(left)}: then the old process takes over again, unless baton confirm comes first"
                    : $" for another {Wording.Of(left)}: the old process can still take over again"));
        }

        parts.AddRange(StillDraining());
        parts.AddRange(LastRestarts());
        return new Rows(parts);
    }

    private Paragraph Heading()
    {
        string version = Status.Version.Length == 0 ? "" : $" {Status.Version}";
        return StyledText.Join(
            new StyledText($"{Status.Name}{version}", StyledText.Strong), "  ", StyledText.Of(Status.State),
            Wording.Say($"  pid {Status.Pid}, generation {Status.Generation}, up {StatusText.Uptime(Status.StartedAt, now)}"));
    }

    private IEnumerable<IRenderable> Facts()
    {
        if (Status.Program.Length > 0)
        {
            yield return Fact("program", Status.Program);
        }

        yield return Fact("listens on", Status.Listeners.Count == 0 ? "nothing" : string.Join(", ", Status.Listeners));
        if (Status.PassedHandles.Count > 0)
        {
            yield return Fact("passes on", string.Join(", ", Status.PassedHandles));
        }

        if (Status.UntakenHandles.Count > 0)
        {
            yield return Fact("not taken", string.Join(", ", Status.UntakenHandles));
        }

        yield return Fact("socket", service.Socket);
        if (Status.RunPid is { } run)
        {
            yield return Fact("parent", Wording.Say($"baton run, process {run}"));
        }

        if (Status.NameHeldBy is { } holder && holder != Status.Pid)
        {
            yield return Fact("name", Wording.Say($"held by process {holder}, another service"));
        }

        foreach (WaitingService waiting in Status.WaitingServices)
        {
            yield return Fact("waits", $"{waiting.Name}: {waiting.Reason}");
        }

        if (Status.PassedState.Count > 0)
        {
            IEnumerable<string> passed = Status.PassedState.Select(s => Wording.Say($"{s.Name} ({s.Length} bytes)"));
            yield return Fact("state", string.Join(", ", passed));
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
        return grid.AddRow(new StyledText(name, StyledText.Dim).ToParagraph(), new StyledText(value).ToParagraph());
    }

    private IRenderable Generations()
    {
        var grid = new Grid(">GEN", ">PID", "VERSION", "STATE", ">UPTIME", "CONNECTIONS", ">REQUESTS", ">DEADLINE");
        foreach (GenerationStatus generation in Status.Generations.OrderByDescending(g => g.Generation))
        {
            grid.Add(
                Wording.Say($"{generation.Generation}"),
                Wording.Say($"{generation.Pid}"),
                StatusText.OrDash(generation.Version),
                StyledText.Of(generation.State),
                StatusText.Uptime(generation.StartedAt, now),
                StatusText.Connections(generation),
                Wording.Say($"{generation.RequestCount}"),
                generation.DrainLimit is { } left ? Wording.Of(left) : "-");
        }

        return grid.Indented(2);
    }

    private IEnumerable<IRenderable> StillDraining()
    {
        foreach (GenerationStatus generation in Status.Generations.Where(IsStillDraining))
        {
            yield return new Text("");
            yield return StyledText.Join(
                new StyledText("Still draining", StyledText.Attention),
                Wording.Say($": process {generation.Pid} has {Operations.ProgressText.OpenWork(generation)}"));
            if (StatusText.LongLived(generation) is { Length: > 0 } longLived)
            {
                yield return Indent(4, longLived);
            }

            foreach (OpenRequest request in generation.Requests.Take(MostRequests))
            {
                yield return Indent(
                    4, new StyledText(request.Path), new StyledText($"  for {Wording.Of(request.Age)}", StyledText.Dim));
            }

            if (generation.RequestCount > MostRequests)
            {
                int more = generation.RequestCount - Math.Min(MostRequests, generation.Requests.Count);
                yield return Indent(4, new StyledText(Wording.Say($"and {more} more"), StyledText.Dim));
            }
        }
    }

    // During a probation the old process stays even with nothing to do.
    private static bool IsStillDraining(GenerationStatus g) =>
        StatusText.IsLeaving(g.State) && (g.State != ProcessState.HandedOver || StatusText.HasOpenWork(g));

    private IEnumerable<IRenderable> LastRestarts()
    {
        RestartRecord[] last = [.. Status.LastRestarts.OrderByDescending(r => r.AskedAt).Take(MostRestarts)];
        if (last.Length > 0)
        {
            yield return new Text("");
            yield return new Text("Last restarts");
        }

        foreach (IRenderable line in last.SelectMany(RecordView.Of))
        {
            yield return line;
        }
    }

    private static Padder Indent(int columns, params ReadOnlySpan<StyledText> pieces) =>
        new(StyledText.Join(pieces), new Padding(columns, 0, 0, 0));
}
