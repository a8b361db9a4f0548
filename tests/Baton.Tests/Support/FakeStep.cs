using Baton.Lifecycle;

namespace Baton.Tests.Support;

/// <summary>A step before the commit that ends when the test says so.</summary>
internal sealed class FakeStep(string name, Journal journal) : ICommitStep
{
    private readonly List<Action<string?>> _begun = [];

    public PhaseName Name => Named(name);

    public bool HasWork { get; set; } = true;

    public TimeSpan Limit { get; set; } = TimeSpan.FromSeconds(10);

    public string Unfinished => $"{name} were not done";

    /// <summary>What its beginning fails with.</summary>
    internal Exception? Failure { get; set; }

    /// <summary>Whether the restart goes on when it is late.</summary>
    internal bool IsLeftBehind { get; set; }

    public bool TryLeaveBehind() => IsLeftBehind;

    public void Begin(Action<string?> ended)
    {
        journal.Add($"begin {name}");
        _begun.Add(ended);
        if (Failure is not null)
        {
            throw Failure;
        }
    }

    public void Undo() => journal.Add($"undo {name}");

    /// <summary>The last one that was begun ends.</summary>
    internal void Ends(string? problem = null) => _begun[^1](problem);

    /// <summary>The one before the last, which was given up, ends after all.</summary>
    internal void EndsLate() => _begun[^2](null);
}
