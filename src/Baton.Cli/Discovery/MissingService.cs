using Baton.Cli.CommandLine;

namespace Baton.Cli.Discovery;

/// <summary>Says why a service was not found: a mistyped name, another user's, a directory that services refuse.</summary>
internal sealed class MissingService(CliEnvironment environment, uint? user)
{
    internal string Explain(DiscoveryResult findings, string? wanted, int? pid)
    {
        IReadOnlyList<uint> owners = ServiceUser.Order(environment, user);
        FoundService[] own = [.. findings.Services.Where(s => owners.Contains(s.User))];
        string hints = Elsewhere(findings, own, wanted, owners) + RefusedDirectories(findings);
        if (wanted is not null && own.Length > 0)
        {
            string what = pid is null ? "is called" : "has a process";
            string? meant = Suggestion.For(wanted, own.Select(s => s.Status.Name));
            string question = meant is null ? "" : $" Did you mean {meant}?";
            string there = string.Join('\n', own.Select(ServiceChoice.Line));
            return $"No service {what} {wanted}.{question} There are:\n{there}{hints}";
        }

        string whose = user is { } given ? $"user {ServiceUser.NameOf(given)}" : "yours";
        string missing = wanted is null ? $"No service of {whose} is running" : $"No service {wanted} of {whose} is running";
        string[] directories = [.. findings.Directories.Where(Directory.Exists)];
        return $"{missing}{(directories.Length == 0 ? "" : $"; looked in {string.Join(", ", directories)}")}.{hints}";
    }

    private string Elsewhere(DiscoveryResult findings, FoundService[] own, string? wanted, IReadOnlyList<uint> owners)
    {
        FoundService[] others = [.. ServiceChoice.Named([.. findings.Services.Except(own)], wanted)];
        string services = others.Length == 0
            ? ""
            : "\nThere are services of other users; say whose you mean (--user NAME), or the pid:\n" +
                string.Join('\n', others.Select(ServiceChoice.Line));
        string unanswered = string.Concat(findings.Unanswered.Select(u => $"\n  {u.Socket}: {u.Reason}"));
        string notAll = unanswered.Length == 0 ? "" : $"\nThese did not answer as a service of yours:{unanswered}";
        string foreign = string.Concat(ForeignSocket.All(environment)
            .Where(f => !owners.Contains(f.User) && (wanted is null || ServiceFinder.MayBelongTo(f.Path, wanted)))
            .Select(f => $"\n  {f.Name} of user {ServiceUser.NameOf(f.User)}, {f.Path}; " +
                $"as that user or root: baton status {f.Name} --user {ServiceUser.NameOf(f.User)}"));
        string closed = foreign.Length == 0 ? "" : $"\nOther users have services, which answer only them and root:{foreign}";
        return services + notAll + closed;
    }

    private string RefusedDirectories(DiscoveryResult findings) => string.Concat(
        SocketDirectories.Refused(environment, findings.Directories).Select(r => $"\n{r.Explanation} Do: {r.Command}."));
}
