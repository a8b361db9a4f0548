using Baton.Cli.CommandLine;
using Baton.Cli.Discovery;
using Baton.Handover;
using Spectre.Console;

namespace Baton.Cli.Output;

/// <summary><c>baton history</c>: every restart that the service remembers, the last one first.</summary>
internal static class HistoryCommand
{
    internal static int Show(Invocation run, FoundService service)
    {
        RestartRecord[] records = [.. service.Status.LastRestarts.OrderByDescending(r => r.AskedAt)];
        if (run.IsJson)
        {
            run.Json.WriteResult(ExitCode.Done, null, "", json =>
            {
                json.WriteString("name", service.Status.Name);
                JsonLines.WriteService(json, service);
                json.WriteStartArray("restarts");
                foreach (RestartRecord record in records)
                {
                    RestartRecordCodec.Write(json, record, JsonSize.Descending[0]);
                }

                json.WriteEndArray();
            });
        }
        else if (records.Length == 0)
        {
            run.Output.Line($"{service.Status.Name} has not been restarted yet.");
        }
        else
        {
            run.Output.Write(new Rows(records.SelectMany(RecordView.InFull)));
        }

        return ExitCode.Done;
    }
}
