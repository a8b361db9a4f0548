using Baton.Cli.Discovery;
using Baton.Cli.Output;
using Baton.Control;

namespace Baton.Cli.Operations;

/// <summary>Told to a log or a pipe: a line for each change, with the time since the request in front.</summary>
internal sealed class PlainStory : IStory
{
    private readonly Screen _screen;
    private readonly TimeProvider _time;
    private readonly long _begun;
    private string _lastDrain = "";

    internal PlainStory(Screen screen, TimeProvider time, FoundService service, ControlCommand command)
    {
        (_screen, _time, _begun) = (screen, time, time.GetTimestamp());
        screen.Line(StoryWords.Begin(service, command));
    }

    public void Hear(ControlAnswer answer)
    {
        switch (answer)
        {
            case ControlAnswer.Accepted { Until: { } until }:
                Line($"held until {until}");
                break;
            case ControlAnswer.Phase phase:
                Line(StoryWords.Of(phase));
                break;
            case ControlAnswer.State state:
                Line(StoryWords.Of(state));
                break;
            case ControlAnswer.Successor successor:
                Line(StoryWords.Of(successor));
                break;
            case ControlAnswer.Drain drain when StoryWords.OpenWork(drain.Generation) is var work && work != _lastDrain:
                _lastDrain = work;
                Line($"process {drain.Generation.Pid} drains: {work}{StoryWords.TimeLeft(drain)}");
                break;
        }
    }

    public void Remark(string words) => Line(words);

    public void End()
    {
        // Each line is complete.
    }

    private void Line(string words) => _screen.Line(Wording.Say($"{_time.GetElapsedTime(_begun).TotalSeconds,7:0.00} s  {words}"));
}
