using System.CommandLine;

namespace Baton.Cli.CommandLine;

/// <summary>Options that every command takes.</summary>
internal sealed class GlobalOptions
{
    internal Option<bool> Json { get; } = new("--json")
    {
        Description = "Writes JSON: one object, or one for each event, the last one the result",
        Recursive = true,
    };

    internal Option<bool> Quiet { get; } = new("--quiet", "-q")
    {
        Description = "Writes no progress, only the result and errors",
        Recursive = true,
    };

    internal Option<bool> NoColor { get; } = new("--no-color")
    {
        Description = "Writes plain lines, as to a pipe; so does NO_COLOR",
        Recursive = true,
    };

    internal Option<string?> Socket { get; } = new("--socket")
    {
        Description = "The service with this control socket",
        HelpName = "PATH",
        Recursive = true,
    };

    internal Option<string?> User { get; } = new("--user")
    {
        Description = "The services of this user; without it one's own and, for others than root, root's",
        HelpName = "NAME|UID",
        Recursive = true,
    };

    internal void AddTo(Command root)
    {
        root.Options.Add(Json);
        root.Options.Add(Quiet);
        root.Options.Add(NoColor);
        root.Options.Add(Socket);
        root.Options.Add(User);
    }
}
