namespace Baton.Lifecycle;

/// <summary>The phases of one restart with their times.</summary>
internal sealed class RestartTimeline(TimeProvider time)
{
    // A successor may report progress any number of times.
    private const int MostPhases = 100;

    private readonly long _begun = time.GetTimestamp();
    private readonly List<RestartPhase> _ended = [];
    private PhaseName? _name;
    private string _detail = "";
    private long _since;

    internal DateTimeOffset BegunAt { get; } = time.GetUtcNow();

    internal TimeSpan Elapsed => time.GetElapsedTime(_begun);

    /// <summary>The current phase, with its last detail.</summary>
    internal string Last => _name is null ? "nothing yet" : Current.Words;

    /// <summary>The finished phases.</summary>
    internal IReadOnlyList<RestartPhase> Ended => [.. _ended];

    /// <summary>All phases so far, with the current one.</summary>
    internal IReadOnlyList<RestartPhase> Phases => _name is null ? Ended : [.. _ended, Current];

    /// <summary>The current phase; only while there is one.</summary>
    internal RestartPhase Current => _name!.Value.With(_detail, time.GetElapsedTime(_since));

    /// <summary>Begins a phase, or continues the same one.</summary>
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
