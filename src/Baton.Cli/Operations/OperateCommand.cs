using Baton.Cli.CommandLine;
using Baton.Cli.Discovery;
using Baton.Cli.Output;
using Baton.Control;
using Baton.Handover;

namespace Baton.Cli.Operations;

/// <summary>restart, shutdown, force and check: an operation, told to whoever looks, and its verdict at the end.</summary>
internal static class OperateCommand
{
    internal static async Task<int> RunAsync(Invocation run, FoundService service, ControlRequest request, TimeSpan timeout)
    {
        IStory story = Choose(run, service, request);
        Verdict verdict;
        using (Interruption interruption = run.Around.Interruptions())
        {
            try
            {
                verdict = await new Operation(run.Around, service, request, story).RunAsync(timeout, interruption);
            }
            finally
            {
                story.End();
            }
        }

        if (run.IsJson)
        {
            WriteJson(run, service, verdict);
        }
        else
        {
            new VerdictView(run, service, request).Write(verdict);
        }

        return verdict.ExitCode;
    }

    private static IStory Choose(Invocation run, FoundService service, ControlRequest request) =>
        run.IsJson ? new JsonStory(run)
        : run.IsQuiet || !request.Wait ? new SilentStory()
        : run.Error.IsAnimated ? new LiveStory(run.Error, run.Around.Time, service, request.Command)
        : new PlainStory(run.Error, run.Around.Time, service, request.Command);

    private static void WriteJson(Invocation run, FoundService service, Verdict verdict) =>
        run.Json.WriteResult(verdict.ExitCode, verdict.Failure, verdict.Explanation, json =>
        {
            json.WriteString("name", service.Status.Name);
            JsonLines.WriteService(json, service);
            JsonLines.WriteStatus(json, "serving", verdict.Serving);
            StatusCodec.WriteOptionalRecord(json, "record", verdict.Record, JsonSize.Descending[0]);
        });
}
