using System.CommandLine;
using Baton.Cli.CommandLine;
using Baton.Cli.Output;

namespace Baton.Cli.Discovery;

/// <summary><c>baton list</c>.</summary>
internal static class ListCommand
{
    internal static async Task<int> RunAsync(ParseResult parsed, Invocation run)
    {
        DiscoveryResult findings = await run.FindAllAsync();
        if (run.IsJson)
        {
            WriteJson(run, findings);
            return ExitCode.Done;
        }

        if (findings.Services.Count > 0)
        {
            run.Output.Write(new ListView(run.Environment.Time.GetUtcNow()).Of(findings.Services));
        }
        else
        {
            run.Error.Line($"No service of yours {(findings.Unanswered.Any(u => u.IsSilent) ? "answers" : "is running")}.");
        }

        foreach (UnansweredSocket unanswered in run.IsQuiet ? [] : findings.Unanswered)
        {
            run.Error.Line(new StyledText(
                $"{unanswered.Socket}{(unanswered.User is { } uid ? $" of user {ServiceUser.NameOf(uid)}" : "")}: " +
                    $"{unanswered.Reason}",
                StyledText.Attention));
        }

        return ExitCode.Done;
    }

    private static void WriteJson(Invocation run, DiscoveryResult findings) =>
        run.Json.WriteResult(ExitCode.Done, null, "", json =>
    {
        json.WriteStartArray("services");
        foreach (FoundService service in findings.Services)
        {
            json.WriteStartObject();
            JsonLines.WriteService(json, service);
            JsonLines.WriteStatus(json, "status", service.Status);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("unheard");
        foreach (UnansweredSocket unanswered in findings.Unanswered)
        {
            json.WriteStartObject();
            json.WriteString("socket", unanswered.Socket);
            json.WriteString("reason", unanswered.Reason);
            if (unanswered.User is { } uid)
            {
                json.WriteNumber("uid", uid);
                json.WriteString("user", ServiceUser.NameOf(uid));
            }

            JsonLines.WriteProcesses(json, unanswered.Processes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}
