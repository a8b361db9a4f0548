namespace Baton.Lifecycle;

/// <summary>What the time of one restart goes into.</summary>
internal sealed class RestartTimeline(TimeProvider time)
{
    // A successor may report progress as often as it likes.
    private const int MostPhases = 100;

    private readonly long _begun = time.GetTimestamp();
    private readonly List<RestartPhase> _ended = [];
    private PhaseName? _name;
    private string _detail = "";
    private long _since;

    internal DateTimeOffset BegunAt { get; } = time.GetUtcNow();

    internal TimeSpan Elapsed => time.GetElapsedTime(_begun);

    /// <summary>The phase that goes on, and the last detail of it.</summary>
    internal string Last => _name is null ? "nothing yet" : Current.Words;

    /// <summary>Those that are over.</summary>
    internal IReadOnlyList<RestartPhase> Ended => [.. _ended];

    /// <summary>So far, the one that goes on included.</summary>
    internal IReadOnlyList<RestartPhase> Phases => _name is null ? Ended : [.. _ended, Current];

    /// <summary>The one that goes on; only while one does.</summary>
    internal RestartPhase Current => _name!.Value.With(_detail, time.GetElapsedTime(_since));

    /// <summary>Begins a phase, or goes on with it where it is the same.</summary>
    /// <returns>Whether that changes anything.</returns>
    internal bool Enter(PhaseName name, string detail = "")
    {
        bool changed = (name, detail) != (_name, _detail);
        if (name != _name)
        {
            End();
            (_name, _since) = (name, time.GetTimestamp());
        }

        _detail = detail;
        return changed;
    }

    internal void End()
    {
        if (_name is not null && _ended.Count < MostPhases)
        {
            _ended.Add(Current);
        }

        (_name, _detail) = (null, "");
    }
}
