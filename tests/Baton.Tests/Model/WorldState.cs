using Baton.Handover;
using Baton.Lifecycle;
using Baton.Resources;

namespace Baton.Tests.Model;

/// <summary>
/// The state of one process: a number that rises whenever a process of the service accepts. It is saved and loaded by the thread pool: where that is stuck it hangs, and is given up in time.
/// </summary>
internal sealed class WorldState(WorldProcess process) : IPassedState
{
    private long? _lastSaved;

    // Handed back, and to be loaded before the gate opens.
    private long? _expected;

    public IReadOnlyList<string> Names => World.Limits == Limits.State ? ["hits"] : [];

    public bool SuccessorLoads => true;

    public IReadOnlyList<string> WantedBack => Names;

    /// <summary>What was saved and is about to be passed.</summary>
    internal IReadOnlyList<StateRow> Rows { get; private set; } = [];

    /// <summary>Whether it has loaded what its predecessor had saved.</summary>
    internal bool IsLoaded { get; private set; }

    internal long Value { get; private set; }

    private World World => process.World;

    /// <summary>A client is served.</summary>
    internal void Write() => Value = ++World.Written;

    /// <summary>A successor hands back.</summary>
    internal void Expect(HandoverMessage.HandedBack? back) =>
        _expected = back?.State is [var row] && process is { Effects.GateOpen: false, State: ProcessState.HandedOver } ? row.Length : _expected;

    /// <summary>Whether the gate of a process may open.</summary>
    internal void AssertMayServe()
    {
        World.Require(_expected is null, $"{process.Name} serves again without the state that was handed back");
        if (World.Limits == Limits.State && process is { HasPredecessor: true, Effects.Served: false, Lifecycle.Start.IsAlone: false })
        {
            World.Require(IsLoaded, $"{process.Name} serves without the state of its predecessor");
            World.Require(Value == process.Predecessor!.Owner.Effects.State.Value, $"{process.Name} serves with other state than its predecessor had");
        }
    }

    public IStateRun Save(Func<string, bool> which, Action<string?> ended)
    {
        World.Require(!process.Effects.GateOpen, $"{process.Name} saves while its gate is open");
        var run = new Run(this);
        process.Effects.QueueToThreadPool(() =>
        {
            run.Saved = Value;
            ended(null);
        });
        return run;
    }

    public IStateRun Load(IReadOnlyList<StateRow> rows, bool handedBack, Action<string?> ended)
    {
        World.Require(!process.Effects.GateOpen, $"{process.Name} loads while its gate is open");
        long value = rows.Single().Length;
        var run = new Run(this);
        process.Effects.QueueToThreadPool(() =>
        {
            if (run.IsGivenUp)
            {
                return;
            }

            IEnumerable<WorldProcess> from = handedBack ? World.Channels.Where(c => c.Owner == process).Select(c => c.Successor) : [process.Predecessor!.Owner];
            World.Require(from.Any(p => p.Effects.State._lastSaved == value), $"{process.Name} loads {value}, which was not what was last saved");
            (Value, IsLoaded, _expected) = (value, true, null);
            World.Trace($"{process.Name} has loaded {value}");
            ended(null);
        });
        return run;
    }

    public void Forget() => Rows = [];

    private sealed class Run(WorldState state) : IStateRun
    {
        internal long? Saved { get; set; }

        // The application's code heeds its token.
        internal bool IsGivenUp { get; private set; }

        public string? GiveUp(string late)
        {
            (IsGivenUp, state._expected) = (true, null);
            return $"state hits was not done {late}";
        }

        public void End(bool succeeded)
        {
            if (succeeded && Saved is { } value)
            {
                state._lastSaved = value;
                state.Rows = [new StateRow("hits", 1, value, "") { IsWantedBack = true }];
            }
        }
    }
}
