using Baton.Cli.CommandLine;
using Baton.Cli.Discovery;

namespace Baton.Cli.Output;

/// <summary><c>baton status</c>.</summary>
internal static class StatusCommand
{
    internal static int Show(Invocation run, FoundService service)
    {
        if (run.IsJson)
        {
            run.Json.WriteResult(ExitCode.Done, null, "", json =>
            {
                JsonLines.WriteService(json, service);
                JsonLines.WriteStatus(json, "status", service.Status);
            });
        }
        else
        {
            run.Output.Write(new StatusView(service, run.Environment.Time.GetUtcNow()).Render());
        }

        return ExitCode.Done;
    }
}
