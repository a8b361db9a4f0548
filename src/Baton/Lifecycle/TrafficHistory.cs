using Baton.Judging;

namespace Baton.Lifecycle;

/// <summary>
/// What this process's clients got in its last minutes, in slices. Kept to compare a successor with. Lives on the control loop,
/// except <see cref="Now"/>.
/// </summary>
/// <param name="loop">The control loop.</param>
/// <param name="options">How far back.</param>
/// <param name="count">The figures since this process began; from any thread.</param>
internal sealed class TrafficHistory(ControlLoop loop, ProbationJudgeOptions options, Func<TrafficFigures> count)
{
    internal static readonly TimeSpan Slice = TimeSpan.FromSeconds(10);

    private readonly Queue<TrafficFigures> _slices = [];
    private TrafficFigures _last = TrafficFigures.None;

    /// <summary>Since this process began.</summary>
    internal TrafficFigures Now => count();

    internal void Begin() => loop.Schedule(Slice, () =>
    {
        Take();
        Begin();
    });

    /// <summary>As it is now: what is counted later does not change it.</summary>
    internal TrafficBaseline ToBaseline()
    {
        Take();
        return new TrafficBaseline([.. _slices], options);
    }

    private void Take()
    {
        TrafficFigures now = count();
        _slices.Enqueue(now.Since(_last));
        _last = now;
        while (_slices.Count > options.Baseline / Slice)
        {
            _slices.Dequeue();
        }
    }
}
