using System.Globalization;
using Baton.Cli.CommandLine;
using Baton.Cli.Output;
using Baton.Control;

namespace Baton.Cli.Discovery;

/// <summary>Chooses the one service that a command is about.</summary>
/// <param name="environment">The environment to search.</param>
/// <param name="user">The user whose service it must be; null for the caller and root.</param>
internal sealed class ServiceChoice(CliEnvironment environment, uint? user)
{
    /// <summary>The service at a given path.</summary>
    /// <exception cref="CommandException">There is none, or it does not answer.</exception>
    internal async Task<FoundService> AtAsync(string socket, CancellationToken cancellationToken)
    {
        try
        {
            return await StatusQuery.AskAsync(environment, socket, user, cancellationToken);
        }
        catch (ControlException e) when (e.Failure == ControlFailure.TimedOut)
        {
            throw NoAnswer(UnansweredSocket.Silent(socket, e.Message, e.Listener));
        }
        catch (ControlException e)
        {
            bool refused = e.Failure == ControlFailure.NotTrusted;
            throw new CommandException(
                refused ? ExitCode.Refused : ExitCode.NotFound,
                e.Failure.ToString(),
                e.NamesSocket ? e.Message : $"{socket}: {e.Message}");
        }
    }

    /// <param name="wanted">The name, or the pid of any process; null for the only service.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CommandException">There is none, more than one, or it does not answer.</exception>
    internal async Task<FoundService> MakeAsync(string? wanted, CancellationToken cancellationToken)
    {
        int? pid = int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
        var finder = new ServiceFinder(environment);
        foreach (uint owner in ServiceUser.Order(environment, user))
        {
            // Names go first, since a name may consist of digits.
            DiscoveryResult own = await finder.FindAsync(wanted, owner, cancellationToken);
            if (Choose(Named(own.Services, wanted), [.. own.Unanswered.Where(u => u.IsSilent)], wanted) is { } named)
            {
                return named;
            }
        }

        // Ask all services: a pid is unique across users, and the error message lists the others.
        DiscoveryResult all = await finder.FindAsync(null, user, cancellationToken);
        return pid is { } process
            && Choose(
                OfProcess(all.Services, process),
                [.. all.Unanswered.Where(u => u.Processes.Any(p => p.Pid == process))],
                wanted) is { } found
            ? found
            : throw new CommandException(
                ExitCode.NotFound, "NotFound", new MissingService(environment, user).Explain(all, wanted, pid));
    }

    private static FoundService? Choose(
        IReadOnlyList<FoundService> fitting, IReadOnlyList<UnansweredSocket> silent, string? wanted)
    {
        if (fitting.Count + silent.Count > 1)
        {
            string which = wanted is null ? "There are several services" : $"There are several services called {wanted}";
            throw new CommandException(
                ExitCode.Usage,
                "Ambiguous",
                $"{which}; name one of them, or its pid:\n" +
                    $"{string.Join('\n', [.. fitting.Select(Line), .. silent.Select(Line)])}");
        }

        return silent.Count == 1 ? throw NoAnswer(silent[0]) : fitting.Count == 1 ? fitting[0] : null;
    }

    internal static IReadOnlyList<FoundService> Named(IReadOnlyList<FoundService> all, string? wanted)
    {
        if (wanted is null)
        {
            return all;
        }

        FoundService[] named = [.. all.Where(s => s.Status.Name == wanted)];
        return named.Length > 0 ? named : [.. all.Where(s => Path.GetFileNameWithoutExtension(s.Socket) == wanted)];
    }

    private IReadOnlyList<FoundService> OfProcess(IReadOnlyList<FoundService> all, int pid)
    {
        uint? owner = environment.OwnerOf(pid);
        return [.. all.Where(s => s.HasProcess(pid, owner))];
    }

    private static CommandException NoAnswer(UnansweredSocket silent)
    {
        string advice = silent.Processes.FirstOrDefault(p => p.State == 'T') is { } stopped
            ? Wording.Say($"It goes on after: kill -CONT {stopped.Pid}")
            : "Look at its log and at the machine.";
        return new CommandException(
            ExitCode.NoAnswer,
            "NoAnswer",
            $"{silent.Socket}: {silent.Reason}\nThe service is there, so don't start it a second time. {advice}")
        {
            Processes = silent.Processes,
        };
    }

    internal static string Line(FoundService s) =>
        Wording.Say($"  {s.Status.Name}, pid {s.Status.Pid}, user {ServiceUser.NameOf(s.User)}, {s.Status.State}, {s.Socket}");

    private static string Line(UnansweredSocket u)
    {
        string user = u.User is { } uid ? $"user {ServiceUser.NameOf(uid)}, " : "";
        return $"  {Path.GetFileNameWithoutExtension(u.Socket)}, {user}{u.Socket}: {u.Reason}";
    }
}
