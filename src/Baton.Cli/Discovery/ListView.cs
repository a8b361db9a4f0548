using Baton.Cli.Output;
using Spectre.Console.Rendering;

namespace Baton.Cli.Discovery;

/// <summary>The services as a table.</summary>
internal sealed class ListView(DateTimeOffset now)
{
    internal IRenderable Of(IReadOnlyList<FoundService> services)
    {
        // Two programs of one name are an ordinary thing; which one has the name matters only then.
        bool shared = services.Any(s => !HasItsName(s.Status));
        string[] columns = ["NAME", ">PID", "VERSION", "STATE", ">GENERATION", ">UPTIME", "USER", .. shared ? ["NAME HELD BY"] : (string[])[]];
        var grid = new Grid(columns);
        foreach (FoundService service in services)
        {
            RestartStatus status = service.Status;
            Ink[] cells =
            [
                new(status.Name, Ink.Strong),
                Wording.Say($"{status.Pid}"),
                StatusWords.OrDash(status.Version),
                Ink.Of(status.State),
                Wording.Say($"{status.Generation}"),
                StatusWords.Uptime(status.StartedAt, now),
                ServiceUser.NameOf(service.User),
                .. shared ? [HolderOf(status)] : (Ink[])[],
            ];
            grid.Add(cells);
        }

        return grid.Indented(0);
    }

    private static bool HasItsName(RestartStatus status) => status.NameHeldBy is not { } holder || holder == status.Pid;

    private static Ink HolderOf(RestartStatus status) =>
        status.NameHeldBy is null ? "-" : HasItsName(status) ? "itself" : Wording.Say($"process {status.NameHeldBy}");
}
