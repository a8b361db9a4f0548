using Baton.Cli.CommandLine;
using Baton.Control;

namespace Baton.Cli.Operations;

/// <summary>
/// For programs: writes each answer of the service as it arrives. The last line of the service is left out, since the
/// result repeats it.
/// </summary>
internal sealed class JsonProgress(Invocation run) : IOperationProgress
{
    public void Report(ControlAnswer answer)
    {
        if (answer is not (ControlAnswer.End or ControlAnswer.Unknown))
        {
            run.Json.Write(answer);
        }
    }

    public void Note(string text)
    {
        // The result says what matters.
    }

    public void End()
    {
        // The result follows.
    }
}

/// <summary>Shows nothing: <c>--quiet</c>.</summary>
internal sealed class SilentProgress : IOperationProgress
{
    public void Report(ControlAnswer answer)
    {
        // Quiet.
    }

    public void Note(string text)
    {
        // Quiet.
    }

    public void End()
    {
        // Nothing is open.
    }
}
