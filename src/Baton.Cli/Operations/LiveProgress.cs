using Baton.Cli.Discovery;
using Baton.Cli.Output;
using Baton.Control;

namespace Baton.Cli.Operations;

/// <summary>
/// For a terminal: one line for each finished phase. Below them a line that is redrawn ten times a second shows the current phase
/// and a bar for the drain.
/// </summary>
internal sealed class LiveProgress : IOperationProgress
{
    private const int NameWidth = 15;
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly Screen _screen;
    private readonly TimeProvider _time;
    private readonly long _begun;
    private readonly ITimer _timer;
    private DrainBar _bar;
    private PhaseName? _phase;
    private string _detail = "";
    private long _phaseBegun;
    private TimeSpan? _phaseLimit;
    private long? _drainBegun;
    private bool _ended;

    internal LiveProgress(Screen screen, TimeProvider time, FoundService service, ControlCommand command)
    {
        (_screen, _time, _begun, _phaseBegun) = (screen, time, time.GetTimestamp(), time.GetTimestamp());
        _bar = new DrainBar(screen.IsUnicode);
        screen.Line(new StyledText(ProgressText.Begin(service, command), StyledText.Strong));
        _timer = time.CreateTimer(_ => Draw(), null, Frame, Frame);
    }

    public void Report(ControlAnswer answer)
    {
        lock (_lock)
        {
            switch (answer)
            {
                case ControlAnswer.Accepted { Until: { } until }:
                    _detail = $"held until {until}";
                    break;
                case ControlAnswer.Phase phase:
                    Enter(phase);
                    break;
                case ControlAnswer.Successor successor:
                    _detail = Wording.Say($"process {successor.Pid}, generation {successor.Generation}");
                    break;
                case ControlAnswer.Drain drain:
                    _drainBegun ??= _time.GetTimestamp() - (long)(drain.Elapsed.TotalSeconds * _time.TimestampFrequency);
                    _bar.Update(drain);
                    break;
                case ControlAnswer.Outcome outcome:
                    Leave(outcome.Succeeded);
                    if (outcome is { Succeeded: false, KeepsServing: true })
                    {
                        // The process that drained accepts again.
                        (_bar, _drainBegun) = (new DrainBar(_screen.IsUnicode), null);
                    }

                    break;
                case ControlAnswer.End when _bar.Last is { } last && _drainBegun is { } begun:
                    Done("drain", _time.GetElapsedTime(begun), Wording.Say($"process {last.Generation.Pid}"), succeeded: true);
                    _ended = true;
                    break;
            }
        }

        Draw();
    }

    public void Note(string text)
    {
        lock (_lock)
        {
            WriteNote(text);
        }
    }

    public void End()
    {
        _timer.Dispose();
        lock (_lock)
        {
            _screen.Erase();
            _ended = true;
        }
    }

    private void Enter(ControlAnswer.Phase phase)
    {
        if (phase.Name != _phase)
        {
            Leave(succeeded: true);
            (_phase, _phaseBegun) = (phase.Name, _time.GetTimestamp());
        }

        (_detail, _phaseLimit) = (phase.Detail, phase.Limit);
    }

    private void Leave(bool succeeded)
    {
        if (_phase is { } phase)
        {
            Done(phase.Text, _time.GetElapsedTime(_phaseBegun), _detail, succeeded);
        }

        (_phase, _detail, _phaseLimit) = (null, "", null);
    }

    private void Done(string what, TimeSpan time, string detail, bool succeeded) => _screen.Line(
        new StyledText($"  {Mark(succeeded)} ", succeeded ? StyledText.Good : StyledText.Bad),
        Wording.Say($"{what,-NameWidth} {Wording.Of(time),8}"),
        new StyledText(detail.Length == 0 ? "" : $"  {Shortened(detail)}", StyledText.Dim));

    // The line has little room. The outcome at the end shows the whole detail.
    private string Shortened(string detail)
    {
        int room = Math.Max(10, _screen.Width - NameWidth - 17);
        string line = detail.Split('\n')[0];
        return line.Length <= room ? line : string.Concat(line.AsSpan(0, room - 1), _screen.IsUnicode ? "…" : "~");
    }

    private void WriteNote(string text) => _screen.Line(new StyledText($"    {text}", StyledText.Dim));

    private void Draw()
    {
        lock (_lock)
        {
            if (_ended)
            {
                return;
            }

            bool isDrainOnly = _phase is null && _bar.Last is not null;
            TimeSpan since = _time.GetElapsedTime(isDrainOnly ? _drainBegun!.Value : _phaseBegun);
            string name = isDrainOnly ? "drain" : _phase?.Text ?? "asking";
            _screen.Live(
                new StyledText($"  {Spinner()} ", StyledText.Attention),
                new StyledText(Wording.Say($"{name,-NameWidth} {Wording.Of(since),8}  "), StyledText.Strong),
                new StyledText(
                    _phase is not null && _phaseLimit is { } limit
                        ? ProgressBar.OfProbation(_screen.IsUnicode, since, limit, _bar.Last?.Generation)
                        : _bar.Render(since: _drainBegun is { } begun ? _time.GetElapsedTime(begun) : default),
                    StyledText.Good),
                new StyledText(_phaseLimit is null && _bar.Last is null ? _detail.Split('\n')[0] : "", StyledText.Dim));
        }
    }

    private string Mark(bool succeeded) => (succeeded, _screen.IsUnicode) switch
    {
        (true, true) => "✓",
        (false, true) => "✗",
        (true, false) => "+",
        (false, false) => "x",
    };

    private char Spinner()
    {
        string frames = _screen.IsUnicode ? "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏" : @"|/-\";
        return frames[(int)(_time.GetElapsedTime(_begun) / Frame) % frames.Length];
    }
}
