using System.Globalization;
using Baton.Cli.CommandLine;
using Baton.Cli.Output;
using Baton.Control;

namespace Baton.Cli.Discovery;

/// <summary>The one service that a command is about.</summary>
internal static class ServiceChoice
{
    /// <param name="around">Where to look.</param>
    /// <param name="socket">The path of its socket, if that was given.</param>
    /// <param name="wanted">Its name, or the pid of any of its processes; null if there is only one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CommandException">There is none, or more than one.</exception>
    internal static async Task<FoundService> MakeAsync(Surroundings around, string? socket, string? wanted, CancellationToken cancellationToken)
    {
        if (socket is not null)
        {
            return await AtAsync(socket, cancellationToken);
        }

        var finder = new ServiceFinder(around);
        int? pid = int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
        Findings findings = await finder.FindAsync(pid is null ? wanted : null, cancellationToken);
        IReadOnlyList<FoundService> fitting = Fitting(findings.Services, wanted, pid);
        if (fitting.Count == 1)
        {
            return fitting[0];
        }

        if (fitting.Count > 1)
        {
            string which = wanted is null ? "There are several services" : $"There are several services called {wanted}";
            throw new CommandException(ExitCode.Usage, "Ambiguous", $"{which}; name one of them, or its pid:\n{Lines(fitting)}");
        }

        if (pid is null && wanted is not null)
        {
            // Only those that may be called so were asked.
            findings = await finder.FindAsync(null, cancellationToken);
        }

        throw new CommandException(ExitCode.NotFound, "NotFound", NotFound(findings, wanted, pid));
    }

    private static async Task<FoundService> AtAsync(string socket, CancellationToken cancellationToken)
    {
        try
        {
            return await ServiceFinder.AtAsync(socket, cancellationToken);
        }
        catch (ControlException e)
        {
            bool refused = e.Failure == ControlFailure.NotTrusted;
            throw new CommandException(refused ? ExitCode.Refused : ExitCode.NotFound, e.Failure.ToString(), e.Message.Contains(socket, StringComparison.Ordinal) ? e.Message : $"{socket}: {e.Message}");
        }
    }

    // A name first: it may consist of digits.
    private static IReadOnlyList<FoundService> Fitting(IReadOnlyList<FoundService> all, string? wanted, int? pid)
    {
        if (wanted is null)
        {
            return all;
        }

        FoundService[] named = [.. all.Where(s => s.Status.Name == wanted)];
        return named.Length > 0 ? named
            : pid is { } process ? [.. all.Where(s => s.HasProcess(process))]
            : [.. all.Where(s => Path.GetFileNameWithoutExtension(s.Socket) == wanted)];
    }

    private static string NotFound(Findings findings, string? wanted, int? pid)
    {
        string unheard = string.Concat(findings.Unheard.Select(u => $"\n  {u.Socket}: {u.Reason}"));
        string notAll = unheard.Length == 0 ? "" : $"\nThese did not answer as a service of yours:{unheard}";
        if (wanted is not null && findings.Services.Count > 0)
        {
            return $"No service {(pid is null ? "is called" : "has a process")} {wanted}. There are:\n{Lines(findings.Services)}{notAll}";
        }

        string what = wanted is null ? "No service of yours is running" : $"No service {wanted} of yours is running";
        string[] places = [.. findings.Places.Where(Directory.Exists)];
        return $"{what}{(places.Length == 0 ? "" : $"; looked in {string.Join(", ", places)}")}.{notAll}";
    }

    private static string Lines(IEnumerable<FoundService> services) =>
        string.Join('\n', services.Select(s => Wording.Say($"  {s.Status.Name}, pid {s.Status.Pid}, {s.Status.State}, {s.Socket}")));
}
