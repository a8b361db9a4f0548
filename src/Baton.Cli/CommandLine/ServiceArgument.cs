using System.CommandLine;
using System.CommandLine.Completions;
using System.Globalization;
using Baton.Cli.Discovery;

namespace Baton.Cli.CommandLine;

/// <summary><c>[NAME|PID]</c>: the service a command is about.</summary>
internal static class ServiceArgument
{
    // Somebody has pressed the tabulator key and waits.
    private static readonly TimeSpan CompletionLimit = TimeSpan.FromMilliseconds(700);

    internal static Argument<string?> Create(Surroundings around)
    {
        Argument<string?> argument = new("NAME|PID")
        {
            Description = "The service by its name, or by the pid of any of its processes; not needed if there is only one",
            Arity = ArgumentArity.ZeroOrOne,
        };
        argument.CompletionSources.Add(_ => Complete(around));
        return argument;
    }

    /// <summary>
    /// Whether the name means this service: not another user's whose name goes first, see <see cref="ServiceUser.Order"/>.
    /// </summary>
    private static bool NamesOne(Surroundings around, IReadOnlyList<FoundService> services, FoundService service)
    {
        FoundService[] named = [.. services.Where(s => s.Status.Name == service.Status.Name)];
        uint? first = ServiceUser.Order(around, given: null).Where(u => named.Any(s => s.User == u)).Cast<uint?>().FirstOrDefault();
        return service.User == first && named.Count(s => s.User == first) == 1;
    }

    /// <summary>The names of living services; the pid where a name is not enough.</summary>
    private static IEnumerable<CompletionItem> Complete(Surroundings around)
    {
        using var limit = new CancellationTokenSource(CompletionLimit);
        try
        {
            IReadOnlyList<FoundService> services = new ServiceFinder(around).FindAsync(null, user: null, limit.Token).GetAwaiter().GetResult().Services;
            return
            [
                .. from service in services
                   let status = service.Status
                   let isUnique = NamesOne(around, services, service)
                   let label = isUnique ? status.Name : status.Pid.ToString(CultureInfo.InvariantCulture)
                   select new CompletionItem(label, detail: $"{(isUnique ? "" : status.Name + " ")}{status.Version} {status.State}".Trim()),
            ];
        }
        catch (OperationCanceledException)
        {
            // One that hangs must not make the shell hang: no names this time.
            return [];
        }
    }
}
