using Baton.Lifecycle;
using static Baton.Lifecycle.LifecycleEvent;
using static Baton.ProcessState;
using static Baton.RestartFailure;

namespace Baton.Tests.Lifecycle;

public class LifecycleTableTests
{
    // The whole truth, once more and in another form: a row for each state, a column for each event; "-" leaves the state as it is.
    private static readonly LifecycleEvent[] Columns = [LifecycleEvent.Ready, RestartAsked, BackedOut, Committed, ProbationPassed, ShutdownAsked, Finished];

    private static readonly Dictionary<ProcessState, object?[]> Rows = new()
    {
        //                Ready    RestartAsked       BackedOut  Committed   ProbationPassed  ShutdownAsked  Finished
        [Starting] =     [Serving, NotReady,          null,      null,       null,            ShuttingDown,  null],
        [Serving] =      [null,    Restarting,        null,      null,       null,            ShuttingDown,  null],
        [Restarting] =   [null,    InProgress,        Serving,   HandedOver, null,            ShuttingDown,  null],
        [HandedOver] =   [null,    AlreadyHandedOver, null,      null,       Draining,        null,          Exited],
        [Draining] =     [null,    AlreadyHandedOver, null,      null,       null,            null,          Exited],
        [ShuttingDown] = [null,    Stopping,          null,      null,       null,            null,          Exited],
        [Exited] =       [null,    Stopping,          null,      null,       null,            null,          null],
    };

    public static TheoryData<ProcessState> States => [.. Enum.GetValues<ProcessState>()];

    [Theory]
    [MemberData(nameof(States))]
    public void Next_EveryEvent_LeadsWhereTheTableSays(ProcessState state)
    {
        Assert.Equal(Enum.GetValues<LifecycleEvent>(), Columns);
        for (int i = 0; i < Columns.Length; i++)
        {
            Transition expected = Rows[state][i] switch
            {
                ProcessState next => new Transition(next),
                RestartFailure refusal => new Transition(state, refusal),
                _ => new Transition(state),
            };
            Assert.Equal((Columns[i], expected), (Columns[i], LifecycleTable.Next(state, Columns[i])));
        }
    }

    [Theory]
    [MemberData(nameof(States))]
    public void Next_Refusal_LeavesTheState(ProcessState state) =>
        Assert.All(Columns.Select(e => LifecycleTable.Next(state, e)).Where(t => t.Refusal is not null), t => Assert.Equal(state, t.Next));

    [Theory]
    [MemberData(nameof(States))]
    public void Next_Restart_IsRefusedEverywhereButWhereTheProcessServes(ProcessState state) =>
        Assert.Equal(state != Serving, LifecycleTable.Next(state, RestartAsked).Refusal is not null);

    [Theory]
    [MemberData(nameof(States))]
    public void Next_AnythingButARestart_IsNeverRefused(ProcessState state) =>
        Assert.All(Columns.Where(e => e != RestartAsked), e => Assert.Null(LifecycleTable.Next(state, e).Refusal));

    [Fact]
    public void Next_Exited_IsNeverLeft() =>
        Assert.All(Columns, e => Assert.Equal(Exited, LifecycleTable.Next(Exited, e).Next));

    [Fact]
    public void Next_Starting_IsNeverEnteredAgain() =>
        Assert.All(Rows.Keys.Where(s => s != Starting), s => Assert.All(Columns, e => Assert.NotEqual(Starting, LifecycleTable.Next(s, e).Next)));

    [Fact]
    public void Describe_EveryRefusalOfTheTable_HasWords()
    {
        foreach (ProcessState state in Enum.GetValues<ProcessState>())
        {
            if (LifecycleTable.Next(state, RestartAsked).Refusal is { } refusal)
            {
                Assert.Contains($"process {Environment.ProcessId}", Refusals.Describe(refusal, successorPid: 4711), StringComparison.Ordinal);
            }
        }
    }
}
