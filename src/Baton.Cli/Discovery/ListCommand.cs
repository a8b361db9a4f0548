using System.CommandLine;
using Baton.Cli.CommandLine;
using Baton.Cli.Output;

namespace Baton.Cli.Discovery;

/// <summary><c>baton list</c>.</summary>
internal static class ListCommand
{
    internal static async Task<int> RunAsync(ParseResult parsed, Invocation run)
    {
        Findings findings = await run.FindAllAsync();
        if (run.IsJson)
        {
            WriteJson(run, findings);
            return ExitCode.Done;
        }

        if (findings.Services.Count > 0)
        {
            run.Output.Write(new ListView(run.Around.Time.GetUtcNow()).Of(findings.Services));
        }
        else
        {
            run.Error.Line($"No service of yours {(findings.Unheard.Any(u => u.IsSilent) ? "answers" : "is running")}.");
        }

        foreach (UnheardSocket unheard in run.IsQuiet ? [] : findings.Unheard)
        {
            run.Error.Line(new Ink($"{unheard.Socket}{(unheard.User is { } uid ? $" of user {ServiceUser.NameOf(uid)}" : "")}: {unheard.Reason}", Ink.Attention));
        }

        return ExitCode.Done;
    }

    private static void WriteJson(Invocation run, Findings findings) => run.Json.WriteResult(ExitCode.Done, null, "", json =>
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
        foreach (UnheardSocket unheard in findings.Unheard)
        {
            json.WriteStartObject();
            json.WriteString("socket", unheard.Socket);
            json.WriteString("reason", unheard.Reason);
            if (unheard.User is { } uid)
            {
                json.WriteNumber("uid", uid);
                json.WriteString("user", ServiceUser.NameOf(uid));
            }

            JsonLines.WriteProcesses(json, unheard.Processes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}
