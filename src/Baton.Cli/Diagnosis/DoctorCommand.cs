using Baton.Cli.CommandLine;
using Baton.Cli.Discovery;
using Baton.Cli.Output;

namespace Baton.Cli.Diagnosis;

/// <summary><c>baton doctor</c>: what is wrong, and the command that mends it.</summary>
internal static class DoctorCommand
{
    internal static async Task<int> RunAsync(Invocation run, string? wanted, string? pidFile)
    {
        DiscoveryResult all = await run.FindAllAsync();
        Finding[] findings =
        [
            .. SocketDirectories.Refused(run.Environment, all.Directories)
                .Select(r => new Finding(false, "socket", r.Explanation, r.Command)),
            .. all.Unanswered.Where(u => Means(u, wanted)).Select(Of),
            .. LeftBehind(all),
            .. await OfServicesAsync(run, all, wanted, pidFile),
        ];
        bool isGood = findings.All(f => f.IsGood);
        if (run.IsJson)
        {
            WriteJson(run, findings, isGood);
        }
        else
        {
            foreach (Finding finding in findings.Where(f => !f.IsGood || !run.IsQuiet))
            {
                Write(run, finding);
            }
        }

        return isGood ? ExitCode.Done : ExitCode.Failed;
    }

    private static bool Means(UnansweredSocket socket, string? wanted) =>
        wanted is null || ServiceFinder.MayBelongTo(socket.Socket, wanted);

    private static async Task<IEnumerable<Finding>> OfServicesAsync(
        Invocation run, DiscoveryResult all, string? wanted, string? pidFile)
    {
        FoundService[] services = [.. all.Services];
        if (wanted is not null || services.Length == 0)
        {
            try
            {
                services = [await run.ChooseAsync(wanted)];
            }
            catch (CommandException e) when (e.ExitCode == ExitCode.NotFound)
            {
                const string Start = "start it, with Control:Enabled on; its log event 800 names the socket";
                return [new Finding(false, wanted ?? "services", e.Message, Start)];
            }
            catch (CommandException e) when (e.ExitCode == ExitCode.NoAnswer)
            {
                // The silent socket is a finding of its own.
                return [];
            }
        }

        return services.SelectMany(s => new ServiceDiagnosis(run.Environment, s, pidFile).Findings());
    }

    private static Finding Of(UnansweredSocket socket)
    {
        if (!socket.IsSilent)
        {
            return new Finding(
                false, socket.Socket, socket.Reason, "ask as the user to whom it belongs, or as root; nobody else should own it");
        }

        string remedy = socket.Processes switch
        {
            [{ State: 'T' } process, ..] => Wording.Say($"kill -CONT {process.Pid}"),
            [var process, ..] => Wording.Say(
                $"look at its log and at the machine; if it hangs for good: kill -KILL {process.Pid}, and have it started again"),
            _ => "look at the log of the service and at the machine",
        };
        return new Finding(false, socket.Socket, socket.Reason, remedy);
    }

    /// <summary>Sockets without a listener. The next process of the name takes them over.</summary>
    private static IEnumerable<Finding> LeftBehind(DiscoveryResult all) =>
        from path in SocketDirectories.Sockets(all.Directories).Distinct()
        where all.Services.All(s => s.Socket != path) && all.Unanswered.All(u => u.Socket != path)
        where !all.Services.Any(s => Path.GetFileName(s.Socket) == Path.GetFileName(path))
        select Finding.Good(path, $"was left behind by a process that is gone; its next start takes it over");

    private static void Write(Invocation run, Finding finding)
    {
        string mark = (finding.IsGood, run.Output.IsUnicode) switch
        {
            (true, true) => "✓",
            (false, true) => "✗",
            (true, false) => "+",
            (false, false) => "x",
        };
        string[] lines = finding.Explanation.Split('\n');
        run.Output.Line(
            new StyledText($"{mark} ", finding.IsGood ? StyledText.Good : StyledText.Bad),
            new StyledText($"{finding.About}: ", StyledText.Strong),
            lines[0]);
        foreach (string line in lines.Skip(1))
        {
            run.Output.Line($"  {line}");
        }

        if (!finding.IsGood)
        {
            run.Output.Line(new StyledText($"  Do: {finding.Remedy}", StyledText.Attention));
        }
    }

    private static void WriteJson(Invocation run, IReadOnlyList<Finding> findings, bool isGood) =>
        run.Json.WriteResult(isGood ? ExitCode.Done : ExitCode.Failed, isGood ? null : "Unwell", "", json =>
        {
            json.WriteStartArray("findings");
            foreach (Finding finding in findings)
            {
                json.WriteStartObject();
                json.WriteBoolean("isGood", finding.IsGood);
                json.WriteString("about", finding.About);
                json.WriteString("explanation", finding.Explanation);
                json.WriteString("remedy", finding.Remedy);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
}
