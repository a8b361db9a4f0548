using System.CommandLine;
using System.CommandLine.Completions;
using System.Globalization;
using Baton.Cli.Discovery;

namespace Baton.Cli.CommandLine;

/// <summary>The argument <c>[NAME|PID]</c>: the service of a command.</summary>
internal static class ServiceArgument
{
    // A person waits at the shell.
    private static readonly TimeSpan CompletionLimit = TimeSpan.FromMilliseconds(700);

    internal static Argument<string?> Create(CliEnvironment environment)
    {
        Argument<string?> argument = new("NAME|PID")
        {
            Description = "The service by its name, or by the pid of any of its processes; not needed if there is only one",
            Arity = ArgumentArity.ZeroOrOne,
        };
        argument.Validators.Add(result =>
        {
            // An unknown option would be taken for the name.
            foreach (string option in result.Tokens.Select(t => t.Value).Where(IsOption))
            {
                result.AddError($"Unrecognized option '{option}'.");
            }
        });
        argument.CompletionSources.Add(_ => Complete(environment));
        return argument;
    }

    internal static bool IsOption(string word) => word.Length > 1 && word[0] == '-';

    /// <summary>
    /// Whether the name alone means this service. It does not if another user's service has the same name and goes first, see
    /// <see cref="ServiceUser.Order"/>.
    /// </summary>
    private static bool NamesOne(CliEnvironment environment, IReadOnlyList<FoundService> services, FoundService service)
    {
        FoundService[] named = [.. services.Where(s => s.Status.Name == service.Status.Name)];
        uint? first = ServiceUser.Order(environment, given: null).Cast<uint?>().FirstOrDefault(u => named.Any(s => s.User == u));
        return service.User == first && named.Count(s => s.User == first) == 1;
    }

    /// <summary>The names of living services; the pid where the name is not unique.</summary>
    private static IEnumerable<CompletionItem> Complete(CliEnvironment environment)
    {
        using var limit = new CancellationTokenSource(CompletionLimit);
        try
        {
            DiscoveryResult findings = new ServiceFinder(environment)
                .FindAsync(null, user: null, limit.Token)
                .GetAwaiter()
                .GetResult();
            return
            [
                .. from service in findings.Services
                   let status = service.Status
                   let isUnique = NamesOne(environment, findings.Services, service)
                   let label = isUnique ? status.Name : status.Pid.ToString(CultureInfo.InvariantCulture)
                   select new CompletionItem(
                       label, detail: $"{(isUnique ? "" : status.Name + " ")}{status.Version} {status.State}".Trim()),
            ];
        }
        catch (OperationCanceledException)
        {
            // A service that hangs must not block the shell.
            return [];
        }
    }
}
