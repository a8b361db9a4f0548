using Baton.Cli.CommandLine;
using Baton.Cli.Discovery;
using Baton.Cli.Output;
using Baton.Control;
using Baton.Handover;

namespace Baton.Cli.Operations;

/// <summary>The commands restart, shutdown, force and check: run the operation, show its progress and then its outcome.</summary>
internal static class OperateCommand
{
    internal static async Task<int> RunAsync(Invocation run, FoundService service, ControlRequest request, TimeSpan timeout)
    {
        IOperationProgress progress = Choose(run, service, request);
        OperationOutcome outcome;
        using (Interruption interruption = run.Environment.Interruptions())
        {
            try
            {
                outcome = await new Operation(run.Environment, service, request, progress).RunAsync(timeout, interruption);
            }
            finally
            {
                progress.End();
            }
        }

        if (run.IsJson)
        {
            WriteJson(run, service, request, outcome);
        }
        else
        {
            new OutcomeView(run, service, request).Write(outcome);
        }

        return outcome.ExitCode;
    }

    private static IOperationProgress Choose(Invocation run, FoundService service, ControlRequest request) =>
        run.IsJson ? new JsonProgress(run)
        : run.IsQuiet || !request.Wait ? new SilentProgress()
        : run.Error.IsAnimated ? new LiveProgress(run.Error, run.Environment.Time, service, request.Command)
        : new PlainProgress(run.Error, run.Environment.Time, service, request.Command);

    private static void WriteJson(Invocation run, FoundService service, ControlRequest request, OperationOutcome outcome) =>
        run.Json.WriteResult(outcome.ExitCode, outcome.Failure, outcome.Explanation, json =>
        {
            json.WriteString("name", service.Status.Name);
            JsonLines.WriteService(json, service);
            if (request.Command == ControlCommand.Restart)
            {
                json.WriteString("holds", WhatHolds.After(request, service.Status.Pid, outcome).ToString());
            }

            JsonLines.WriteStatus(json, "serving", outcome.Serving);
            StatusCodec.WriteOptionalRecord(json, "record", outcome.Record, JsonSize.Descending[0]);
        });
}
