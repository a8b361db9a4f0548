using Baton.Judging;

namespace Baton.Lifecycle;

/// <summary>
/// Judges the successor of one restart by what its clients get. Lives on the control loop; a judge of the application runs
/// elsewhere, and has a limit.
/// </summary>
/// <param name="successor">Its pid.</param>
/// <param name="traffic">What this process's clients got.</param>
/// <param name="context">What it works with.</param>
/// <param name="describe">Receives the judgement for people, whenever it is another one, and at the end.</param>
/// <param name="reject">Receives the reason why this process is to serve again; once.</param>
internal sealed class ProbationJudging(
    int successor, TrafficHistory traffic, LifecycleContext context, Action<string> describe, Action<RestartFault> reject)
{
    // Of a long probation the latest counts.
    private const int MostParts = 20;

    // A part with fewer of the least requests than this share of them goes on.
    private const int PartsOfLeastRequests = 5;

    private readonly TrafficBaseline _baseline = traffic.ToBaseline();
    private readonly Queue<TrafficPart> _parts = [];
    private readonly CancellationTokenSource _ended = new();
    private readonly long _begun = context.Now;
    private TrafficFigures _last = TrafficFigures.None;
    private long _partBegun = context.Now;
    private ProbationJudgement _judgement = new(JudgementKind.NotJudged, "the new process has sent no figures");
    private bool _isAsked;
    private int _questions;
    private bool _isOver;

    private ProbationJudgeOptions Options => context.Options.Judge;

    /// <summary>The successor has sent its figures since it began.</summary>
    internal void Add(TrafficFigures figures)
    {
        TrafficFigures part = figures.Since(_last);
        if (_isOver)
        {
            return;
        }

        var last = new TrafficPart(part, IsWarm: context.Since(_begun) - context.Since(_partBegun) >= Options.LatencyWarmUp);
        ProbationJudgement suggested = TrafficJudge.Decide(Options, _baseline, [.. _parts, last]);
        if (part.Requests >= Options.MinRequests / PartsOfLeastRequests)
        {
            (_last, _partBegun) = (figures, context.Now);
            _parts.Enqueue(last);
        }

        if (_parts.Count > MostParts)
        {
            _parts.Dequeue();
        }

        if (Options.Decide is { } decide)
        {
            Ask(decide, figures, suggested);
        }
        else
        {
            Take(suggested);
        }
    }

    /// <summary>The probation is over, whatever it ended with.</summary>
    internal void End()
    {
        if (_isOver)
        {
            return;
        }

        _isOver = true;
        _ended.Cancel();
        describe(Describe(_judgement));
        context.Logger.Judged(successor, Describe(_judgement));
    }

    private static string Describe(ProbationJudgement judgement) => judgement.Kind switch
    {
        JudgementKind.Good => $"judged good: {judgement.Explanation}",
        JudgementKind.Bad => $"judged bad: {judgement.Explanation}",
        _ => $"not judged: {judgement.Explanation}",
    };

    private void Take(ProbationJudgement judgement)
    {
        if (_isOver)
        {
            return;
        }

        bool isNew = judgement.Kind != _judgement.Kind;
        _judgement = judgement;
        if (judgement.Kind == JudgementKind.Bad)
        {
            reject(new RestartFault(RestartFailure.JudgedBad, Describe(judgement)));
        }
        else if (isNew)
        {
            describe(Describe(judgement));
        }
    }

    // One at a time: figures that come meanwhile are in the next ones.
    private void Ask(ProbationJudge decide, TrafficFigures figures, ProbationJudgement suggested)
    {
        if (_isAsked)
        {
            return;
        }

        _isAsked = true;
        int question = ++_questions;
        var asked = new ProbationFigures
        {
            Successor = figures,
            Predecessor = _baseline.Total,
            Elapsed = context.Since(_begun),
            Suggested = suggested,
        };
        var givenUp = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token);
        LoopTimer limit = context.Loop.Schedule(Options.DecideTimeout, () =>
        {
            givenUp.Cancel();
            Failed(question, new TimeoutException($"It took longer than {Wording.Of(Options.DecideTimeout)}."));
        });
        void End(ProbationJudgement? judgement, Exception? failure) => context.Loop.Post(() =>
        {
            limit.Cancel();
            if (failure is not null)
            {
                Failed(question, failure);
            }
            else
            {
                Answered(question, judgement!);
            }
        });
        context.Try(() => context.Process.QueueToThreadPool(() => _ = AskAsync(decide, asked, End, givenUp.Token)));
    }

    private static async Task AskAsync(
        ProbationJudge decide,
        ProbationFigures figures,
        Action<ProbationJudgement?, Exception?> answered,
        CancellationToken givenUp)
    {
        try
        {
            answered(await decide(figures, givenUp).ConfigureAwait(false), null);
        }
        catch (Exception e)
        {
            // Whatever the application's code throws, the probation goes on.
            answered(null, e);
        }
    }

    private void Failed(int question, Exception failure)
    {
        if (_isAsked && question == _questions && !_isOver)
        {
            context.Logger.JudgeFailed(failure, successor);
        }

        Answered(question, new ProbationJudgement(JudgementKind.NotJudged, $"the judge failed: {failure.Message}"));
    }

    // An answer that comes after its limit does not count.
    private void Answered(int question, ProbationJudgement judgement)
    {
        if (_isAsked && question == _questions)
        {
            _isAsked = false;
            Take(judgement);
        }
    }
}
