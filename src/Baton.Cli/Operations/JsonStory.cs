using Baton.Cli.CommandLine;
using Baton.Control;

namespace Baton.Cli.Operations;

/// <summary>Told to a program: what the service says, as it says it. Its last line is not passed on, as the result says the same and is last itself.</summary>
internal sealed class JsonStory(Invocation run) : IStory
{
    public void Hear(ControlAnswer answer)
    {
        if (answer is not (ControlAnswer.End or ControlAnswer.Unknown))
        {
            run.Json.Write(answer);
        }
    }

    public void Remark(string words)
    {
        // The result will tell what matters.
    }

    public void End()
    {
        // The result follows.
    }
}

/// <summary>Told to nobody: <c>--quiet</c>.</summary>
internal sealed class SilentStory : IStory
{
    public void Hear(ControlAnswer answer)
    {
        // Nobody listens.
    }

    public void Remark(string words)
    {
        // Nobody listens.
    }

    public void End()
    {
        // Nothing was begun.
    }
}
