using Baton.Cli.Discovery;
using Baton.Cli.Output;
using Baton.Control;

namespace Baton.Cli.Operations;

/// <summary>For a log or a pipe: a line for each change, prefixed with the time since the request.</summary>
internal sealed class PlainProgress : IOperationProgress
{
    private readonly Screen _screen;
    private readonly TimeProvider _time;
    private readonly long _begun;
    private string _lastDrain = "";

    internal PlainProgress(Screen screen, TimeProvider time, FoundService service, ControlCommand command)
    {
        (_screen, _time, _begun) = (screen, time, time.GetTimestamp());
        screen.Line(ProgressText.Begin(service, command));
    }

    public void Report(ControlAnswer answer)
    {
        switch (answer)
        {
            case ControlAnswer.Accepted { Until: { } until }:
                Line($"held until {until}");
                break;
            case ControlAnswer.Phase phase:
                Line(ProgressText.Of(phase));
                break;
            case ControlAnswer.State state:
                Line(ProgressText.Of(state));
                break;
            case ControlAnswer.Successor successor:
                Line(ProgressText.Of(successor));
                break;
            case ControlAnswer.Drain drain when ProgressText.OpenWork(drain.Generation) is var work && work != _lastDrain:
                _lastDrain = work;
                Line($"process {drain.Generation.Pid} drains: {work}{ProgressText.TimeLeft(drain)}");
                break;
        }
    }

    public void Note(string text) => Line(text);

    public void End()
    {
        // Each line is complete.
    }

    private void Line(string text) =>
        _screen.Line(Wording.Say($"{_time.GetElapsedTime(_begun).TotalSeconds,7:0.00} s  {text}"));
}
