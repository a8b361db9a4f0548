using Baton.Cli.Output;
using Spectre.Console.Rendering;

namespace Baton.Cli.Discovery;

/// <summary>The services as a table.</summary>
internal sealed class ListView(DateTimeOffset now)
{
    internal IRenderable Of(IReadOnlyList<FoundService> services)
    {
        // The holder of a name matters only where two services share it.
        bool shared = services.Any(s => !HasItsName(s.Status));
        string[] usual = ["NAME", ">PID", "VERSION", "STATE", ">GENERATION", ">UPTIME", "USER"];
        bool waits = services.Any(s => s.Status.WaitingServices.Count > 0);
        string[] columns = [.. usual, .. shared ? ["NAME HELD BY"] : (string[])[], .. waits ? ["WAITS"] : (string[])[]];
        var grid = new Grid(columns);
        foreach (FoundService service in services)
        {
            RestartStatus status = service.Status;
            StyledText[] cells =
            [
                new(status.Name, StyledText.Strong),
                Wording.Say($"{status.Pid}"),
                StatusText.OrDash(status.Version),
                StyledText.Of(status.State),
                Wording.Say($"{status.Generation}"),
                StatusText.Uptime(status.StartedAt, now),
                ServiceUser.NameOf(service.User),
                .. shared ? [HolderOf(status)] : (StyledText[])[],
                .. waits ? [WaitingOf(status)] : (StyledText[])[],
            ];
            grid.Add(cells);
        }

        return grid.Indented(0);
    }

    private static bool HasItsName(RestartStatus status) => status.NameHeldBy is not { } holder || holder == status.Pid;

    private static StyledText WaitingOf(RestartStatus status) =>
        status.WaitingServices.Count == 0 ? "-" : string.Join(", ", status.WaitingServices.Select(s => s.Name));

    private static StyledText HolderOf(RestartStatus status) =>
        status.NameHeldBy is null ? "-" : HasItsName(status) ? "itself" : Wording.Say($"process {status.NameHeldBy}");
}
