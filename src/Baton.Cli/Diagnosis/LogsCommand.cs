using Baton.Cli.CommandLine;
using Baton.Cli.Discovery;
using Baton.Cli.Output;

namespace Baton.Cli.Diagnosis;

/// <summary><c>baton logs</c>: the last lines of the file that the service writes to, or where its output goes.</summary>
internal static class LogsCommand
{
    internal static int Show(Invocation run, FoundService service, int lines)
    {
        IReadOnlyList<LogTarget> targets = LogTarget.Of(run.Environment, service.Status.Pid);
        if (targets.Count == 0)
        {
            throw new CommandException(
                ExitCode.Refused,
                "NotAllowed",
                $"The output of process {service.Status.Pid} can be seen only by user " +
                    $"{ServiceUser.NameOf(service.User)} and root.");
        }

        LogTarget? file = targets.FirstOrDefault(t => t.Kind == "file");
        IReadOnlyList<string> last = file is null ? [] : Read(file, lines);
        if (run.IsJson)
        {
            WriteJson(run, service, targets, last);
            return ExitCode.Done;
        }

        foreach (IGrouping<string, LogTarget> same in targets.GroupBy(t => t.Explanation))
        {
            string streams = string.Join(" and ", same.Select(t => t.Stream));
            string command = same.First().Command is { Length: > 0 } see ? $"; see {see}" : "";
            Note(run, $"{service.Status.Name}: {streams}: {same.Key}{(file is null ? command : "")}.");
        }

        foreach (string line in last)
        {
            run.Output.Line(line);
        }

        return ExitCode.Done;
    }

    // A note is for people: with --quiet only the lines come.
    private static void Note(Invocation run, string text)
    {
        if (!run.IsQuiet)
        {
            run.Error.Line(new StyledText(text, StyledText.Dim));
        }
    }

    private static IReadOnlyList<string> Read(LogTarget file, int lines)
    {
        try
        {
            return file.LastLines(lines);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Failed, "NotAllowed", $"{file.Path} cannot be read: {e.Message}");
        }
    }

    private static void WriteJson(
        Invocation run, FoundService service, IReadOnlyList<LogTarget> targets, IReadOnlyList<string> last) =>
        run.Json.WriteResult(ExitCode.Done, null, "", json =>
        {
            json.WriteString("name", service.Status.Name);
            JsonLines.WriteService(json, service);
            json.WriteStartArray("outputs");
            foreach (LogTarget target in targets)
            {
                json.WriteStartObject();
                json.WriteString("stream", target.Stream);
                json.WriteString("kind", target.Kind);
                json.WriteString("path", target.Path);
                json.WriteString("command", target.Command);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("lines");
            foreach (string line in last)
            {
                json.WriteStringValue(line);
            }

            json.WriteEndArray();
        });
}
