using Baton.Cli.Output;
using Spectre.Console.Rendering;

namespace Baton.Cli.Discovery;

/// <summary>The services as a table.</summary>
internal sealed class ListView(DateTimeOffset now)
{
    internal IRenderable Of(IReadOnlyList<FoundService> services)
    {
        var grid = new Grid("NAME", ">PID", "VERSION", "STATE", ">GENERATION", ">UPTIME", "USER");
        foreach (FoundService service in services)
        {
            RestartStatus status = service.Status;
            grid.Add(
                new Ink(status.Name, Ink.Strong),
                Wording.Say($"{status.Pid}"),
                StatusWords.OrDash(status.Version),
                Ink.Of(status.State),
                Wording.Say($"{status.Generation}"),
                StatusWords.Uptime(status.StartedAt, now),
                ServiceUser.NameOf(service.User));
        }

        return grid.Indented(0);
    }
}
