using System.Globalization;
using Baton.Cli.Discovery;
using Baton.Cli.Operations;
using Baton.Interop;

namespace Baton.Cli.Diagnosis;

/// <summary>What may be wrong with a service that answers.</summary>
internal sealed class ServiceDiagnosis(CliEnvironment environment, FoundService service, string? pidFile)
{
    private RestartStatus Status => service.Status;

    private string Name => Status.Name;

    internal IEnumerable<Finding> Findings() =>
        [Answer(), .. Copies(), .. Program(), .. LastRestart(), .. Draining(), .. Unit(), .. PidFile()];

    private Finding Answer() => Status.State == ProcessState.OnProbation
        ? Finding.Good(Name, $"process {Status.Pid}, generation {Status.Generation}, is on probation")
        : Finding.Good(Name, $"process {Status.Pid}, generation {Status.Generation}, answers: {Status.State}");

    private IEnumerable<Finding> Copies()
    {
        if (Status.NameHeldBy is { } holder && holder != Status.Pid && Status.Generations.All(g => g.Pid != holder))
        {
            yield return Finding.Bad(
                Name,
                $"two services have this name: process {holder} holds it, process {Status.Pid} runs beside it",
                $"baton shutdown {Status.Pid}, if it is not meant; else give it a Name of its own");
        }
    }

    private IEnumerable<Finding> Program()
    {
        if (Status.Program is not ['/', ..] program || ProcessSnapshot.IsElsewhere(Status.Pid))
        {
            // Of another container: its files cannot be seen from here.
            yield break;
        }

        // File.Exists also finds a link without a target.
        if (Libc.StatFollowed(program) is null)
        {
            yield return Finding.Bad(
                Name,
                $"the next restart will fail: {BrokenLink(program) ?? $"there is no program at {program}"}",
                $"put a release there, then: baton check {Name}");
        }
        else if ((File.GetUnixFileMode(program) & (UnixFileMode.UserExecute | UnixFileMode.OtherExecute)) == 0)
        {
            yield return Finding.Bad(
                Name, $"the next restart will fail: {program} may not be executed", $"chmod 755 {program}");
        }
        else
        {
            yield return Finding.Good(Name, $"the next restart starts {program}");
        }
    }

    /// <summary>The link on the way to the program whose target is gone; null if there is none.</summary>
    private static string? BrokenLink(string program)
    {
        for (string? path = program; path is { Length: > 1 }; path = Path.GetDirectoryName(path))
        {
            if (new FileInfo(path).LinkTarget is { } target && Libc.StatFollowed(path) is null)
            {
                return $"{path} is a link to {target}, which is not there";
            }
        }

        return null;
    }

    private IEnumerable<Finding> LastRestart()
    {
        if (Status.LastRestarts.MaxBy(r => r.AskedAt) is { Failure: { } failure } last)
        {
            yield return Finding.Bad(
                Name, $"the last restart failed: {failure}, {last.Explanation.Split('\n')[0]}", $"baton history {Name}");
        }
    }

    private IEnumerable<Finding> Draining() =>
        from generation in Status.Generations
        where generation.Pid != Status.Pid && StatusText.HasOpenWork(generation) && generation.State != ProcessState.Serving
        let left = generation.DrainLimit is { } limit ? $"for at most {Wording.Of(limit)}" : "without a limit"
        let work = ProgressText.OpenWork(generation)
        select Finding.Bad(
            Name,
            $"process {generation.Pid}, generation {generation.Generation}, still finishes {work}, {left}",
            $"wait, or cut it: baton force {Name}");

    private IEnumerable<Finding> Unit()
    {
        if (SystemdUnit.Of(environment, Status.Pid) is not { } unit)
        {
            yield break;
        }

        string[] arguments = [.. unit.Arguments, "show", unit.Name, "-p", "MainPID,NotifyAccess,Type"];
        string[] properties = (environment.Ask("systemctl", arguments) ?? "").Split('\n');
        string? Value(string name) =>
            properties.FirstOrDefault(p => p.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];
        if (Value("MainPID") is not { } main)
        {
            yield return Finding.Good(Name, $"runs in the systemd unit {unit.Name}");
        }
        else if (Value("NotifyAccess") is { } access && access != "all" && Value("Type") is "notify" or "notify-reload")
        {
            yield return Finding.Bad(
                Name,
                $"systemd will lose the service at a restart: the unit {unit.Name} has NotifyAccess={access}",
                $"set NotifyAccess=all in it, then: systemctl daemon-reload");
        }
        else if (main == Status.Pid.ToString(CultureInfo.InvariantCulture) || Status.State == ProcessState.OnProbation)
        {
            yield return Finding.Good(Name, $"is the main process of the systemd unit {unit.Name}");
        }
        else
        {
            yield return Finding.Bad(
                Name,
                $"systemd takes process {main} for the main process of {unit.Name}, and process {Status.Pid} serves",
                $"see docs/systemd.md: Type=notify and NotifyAccess=all; until then: systemctl restart {unit.Name}");
        }
    }

    private IEnumerable<Finding> PidFile()
    {
        if (pidFile is null)
        {
            yield break;
        }

        string? content = File.Exists(pidFile) ? File.ReadAllText(pidFile).Trim() : null;
        yield return content is null
            ? Finding.Bad(
                Name,
                $"there is no pid file {pidFile}",
                $"set PidFile of the service to this path, then: baton restart {Name}")
            : content == Status.Pid.ToString(CultureInfo.InvariantCulture)
                ? Finding.Good(Name, $"{pidFile} names process {Status.Pid}")
                : Finding.Bad(
                    Name,
                    $"{pidFile} names {content}, and process {Status.Pid} serves",
                    $"is it the file of another service? Else: echo {Status.Pid} > {pidFile}");
    }
}
