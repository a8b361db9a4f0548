using Baton.Lifecycle;
using Baton.Resources;

namespace Baton.Tests.Support;

/// <summary>State whose saving and loading end when the test says so.</summary>
internal sealed class FakeState(Journal journal) : IPassedState
{
    private readonly List<Action<string?>> _begun = [];

    public IReadOnlyList<string> Names { get; set; } = [];

    public bool SuccessorLoads { get; set; } = true;

    /// <summary>What is said where it is given up; null where all that is missing is optional.</summary>
    internal string? Missing { get; set; } = "state hits was not done";

    /// <summary>What saving or loading fails with at once.</summary>
    internal RestartException? Failure { get; set; }

    public IReadOnlyList<string> WantedBack { get; set; } = [];

    public IStateRun Save(Func<string, bool> which, Action<string?> ended) =>
        Begin($"save {string.Join(", ", Names.Where(which))}", ended);

    public IStateRun Load(IReadOnlyList<StateRow> rows, bool handedBack, Action<string?> ended) =>
        Begin($"load {(handedBack ? "handed back " : "")}{string.Join(", ", rows.Select(r => r.Name))}", ended);

    public void Forget() => journal.Add("forget state");

    /// <summary>What was begun last ends.</summary>
    internal void Ends(string? problem = null) => _begun[^1](problem);

    private Run Begin(string what, Action<string?> ended)
    {
        journal.Add(what);
        _begun.Add(ended);
        return Failure is null ? new Run(this, journal) : throw Failure;
    }

    private sealed class Run(FakeState state, Journal journal) : IStateRun
    {
        public string? GiveUp(string late)
        {
            journal.Add($"give up state, {late}");
            return state.Missing;
        }

        public void End(bool succeeded) => journal.Add(succeeded ? "keep state" : "drop state");
    }
}
