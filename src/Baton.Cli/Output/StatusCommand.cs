using Baton.Cli.CommandLine;
using Baton.Cli.Discovery;

namespace Baton.Cli.Output;

/// <summary><c>baton status</c>.</summary>
internal static class StatusCommand
{
    internal static int Show(Invocation run, FoundService service, bool mustServe)
    {
        int exitCode = mustServe && !Accepts(service.Status.State) ? ExitCode.Failed : ExitCode.Done;
        if (run.IsJson)
        {
            run.Json.WriteResult(exitCode, null, "", json =>
            {
                JsonLines.WriteService(json, service);
                JsonLines.WriteStatus(json, "status", service.Status);
            });
        }
        else
        {
            run.Output.Write(new StatusView(service, run.Environment.Time.GetUtcNow()).Render());
        }

        return exitCode;
    }

    private static bool Accepts(ProcessState state) =>
        state is ProcessState.Serving or ProcessState.OnProbation or ProcessState.Restarting;
}
