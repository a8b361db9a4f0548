using System.Globalization;
using Baton.Cli.CommandLine;
using Baton.Cli.Output;
using Baton.Control;

namespace Baton.Cli.Discovery;

/// <summary>The one service that a command is about.</summary>
/// <param name="around">Where to look.</param>
/// <param name="user">Whose service it must be; null for one's own, and root's.</param>
internal sealed class ServiceChoice(Surroundings around, uint? user)
{
    /// <summary>The service at a path that was given.</summary>
    /// <exception cref="CommandException">There is none, or it does not answer.</exception>
    internal async Task<FoundService> AtAsync(string socket, CancellationToken cancellationToken)
    {
        try
        {
            return await StatusQuestion.AskAsync(around, socket, user, cancellationToken);
        }
        catch (ControlException e) when (e.Failure == ControlFailure.TimedOut)
        {
            throw NoAnswer(UnheardSocket.Silent(socket, e.Message, e.Listener));
        }
        catch (ControlException e)
        {
            bool refused = e.Failure == ControlFailure.NotTrusted;
            throw new CommandException(refused ? ExitCode.Refused : ExitCode.NotFound, e.Failure.ToString(), e.NamesSocket ? e.Message : $"{socket}: {e.Message}");
        }
    }

    /// <param name="wanted">Its name, or the pid of any of its processes; null if there is only one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CommandException">There is none, more than one, or it does not answer.</exception>
    internal async Task<FoundService> MakeAsync(string? wanted, CancellationToken cancellationToken)
    {
        int? pid = int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
        var finder = new ServiceFinder(around);
        foreach (uint owner in ServiceUser.Order(around, user))
        {
            // A name first: it may consist of digits.
            Findings own = await finder.FindAsync(wanted, owner, cancellationToken);
            if (Choose(Named(own.Services, wanted), [.. own.Unheard.Where(u => u.IsSilent)], wanted) is { } named)
            {
                return named;
            }
        }

        // What is not wanted is told of, so all are asked; and a process has one number for all users.
        Findings all = await finder.FindAsync(null, user, cancellationToken);
        return pid is { } process && Choose(OfProcess(all.Services, process), [.. all.Unheard.Where(u => u.Processes.Any(p => p.Pid == process))], wanted) is { } found
            ? found
            : throw new CommandException(ExitCode.NotFound, "NotFound", NotFound(all, wanted, pid));
    }

    private static FoundService? Choose(IReadOnlyList<FoundService> fitting, IReadOnlyList<UnheardSocket> silent, string? wanted)
    {
        if (fitting.Count + silent.Count > 1)
        {
            string which = wanted is null ? "There are several services" : $"There are several services called {wanted}";
            throw new CommandException(ExitCode.Usage, "Ambiguous", $"{which}; name one of them, or its pid:\n{string.Join('\n', [.. fitting.Select(Line), .. silent.Select(Line)])}");
        }

        return silent.Count == 1 ? throw NoAnswer(silent[0]) : fitting.Count == 1 ? fitting[0] : null;
    }

    private static IReadOnlyList<FoundService> Named(IReadOnlyList<FoundService> all, string? wanted)
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
        uint? owner = around.OwnerOf(pid);
        return [.. all.Where(s => s.HasProcess(pid, owner))];
    }

    private static CommandException NoAnswer(UnheardSocket silent)
    {
        string advice = silent.Processes.FirstOrDefault(p => p.State == 'T') is { } stopped
            ? Wording.Say($"It goes on after: kill -CONT {stopped.Pid}")
            : "Look at its log and at the machine.";
        return new CommandException(ExitCode.NoAnswer, "NoAnswer", $"{silent.Socket}: {silent.Reason}\nThe service is there, so don't start it a second time. {advice}") { Processes = silent.Processes };
    }

    private string NotFound(Findings findings, string? wanted, int? pid)
    {
        string unheard = string.Concat(findings.Unheard.Select(u => $"\n  {u.Socket}: {u.Reason}"));
        string notAll = unheard.Length == 0 ? "" : $"\nThese did not answer as a service of yours:{unheard}";
        IReadOnlyList<uint> owners = ServiceUser.Order(around, user);
        FoundService[] own = [.. findings.Services.Where(s => owners.Contains(s.User))];
        FoundService[] others = [.. Named([.. findings.Services.Except(own)], wanted)];
        string whose = user is { } given ? $"user {ServiceUser.NameOf(given)}" : "yours";
        string elsewhere = others.Length == 0 ? "" : $"\nThere are services of other users; say whose you mean (--user NAME), or the pid:\n{string.Join('\n', others.Select(Line))}";
        if (wanted is not null && own.Length > 0)
        {
            return $"No service {(pid is null ? "is called" : "has a process")} {wanted}. There are:\n{string.Join('\n', own.Select(Line))}{elsewhere}{notAll}";
        }

        string what = wanted is null ? $"No service of {whose} is running" : $"No service {wanted} of {whose} is running";
        string[] places = [.. findings.Places.Where(Directory.Exists)];
        return $"{what}{(places.Length == 0 ? "" : $"; looked in {string.Join(", ", places)}")}.{elsewhere}{notAll}";
    }

    private static string Line(FoundService s) => Wording.Say($"  {s.Status.Name}, pid {s.Status.Pid}, user {ServiceUser.NameOf(s.User)}, {s.Status.State}, {s.Socket}");

    private static string Line(UnheardSocket u) => $"  {Path.GetFileNameWithoutExtension(u.Socket)}, {(u.User is { } uid ? $"user {ServiceUser.NameOf(uid)}, " : "")}{u.Socket}: {u.Reason}";
}
