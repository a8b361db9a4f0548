using Baton.Lifecycle;
using static Baton.ProcessState;
using static Baton.RestartFailure;

namespace Baton.Tests.Lifecycle;

public class LifecycleTableTests
{
    // The whole truth, once more and in another form: a row for each event, a column for each state. A state: it goes there. A refusal: refused, and stays.
    // "held": waits, and stays. "-": means nothing, and stays. No state is both on probation and handed over, so the columns fit.
    private const string Table =
        """
                          Starting      OnProbation   Serving       Restarting    HandedOver    Draining           ShuttingDown  Exited
        Ready             Serving       -             -             -             -             -                  -             -
        ReadyOnProbation  OnProbation   -             -             -             -             -                  -             -
        Confirmed         -             Serving       -             -             -             -                  -             -
        GaveBack          -             ShuttingDown  ShuttingDown  -             -             -                  -             -
        RestartAsked      NotReady      held          Restarting    InProgress    held          AlreadyHandedOver  Stopping      Stopping
        BackedOut         -             -             -             Serving       -             -                  -             -
        Committed         -             -             -             HandedOver    -             -                  -             -
        ProbationPassed   -             -             -             -             Draining      -                  -             -
        RolledBack        -             -             -             -             Serving       -                  -             -
        ShutdownAsked     ShuttingDown  ShuttingDown  ShuttingDown  ShuttingDown  ShuttingDown  -                  -             -
        RollBackAsked     NotReady      OnProbation   NotOnProbation  InProgress  HandedOver    AlreadyHandedOver  Stopping      Stopping
        ConfirmAsked      NotReady      OnProbation   NotOnProbation  InProgress  HandedOver    AlreadyHandedOver  Stopping      Stopping
        Finished          -             -             -             -             -             Exited             Exited        -
        """;

    private static readonly string[][] Cells = [.. Table.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];

    public static TheoryData<ProcessState, string> Pairs =>
        [.. from state in Enum.GetValues<ProcessState>() from happened in Enum.GetNames<LifecycleInput>() select (state, happened)];

    public static TheoryData<ProcessState> States => [.. Enum.GetValues<ProcessState>()];

    [Fact]
    public void Table_HasEveryStateAndEveryEvent()
    {
        Assert.Equal(Enum.GetNames<ProcessState>(), Cells[0]);
        Assert.Equal(Enum.GetNames<LifecycleInput>(), Cells.Skip(1).Select(row => row[0]));
        Assert.All(Cells.Skip(1), row => Assert.Equal(Cells[0].Length + 1, row.Length));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Next_EveryStateAndEvent_LeadsWhereTheTableSays(ProcessState state, string happened)
    {
        string cell = Cells.Single(row => row[0] == happened)[1 + Array.IndexOf(Cells[0], state.ToString())];
        Transition expected = cell switch
        {
            "-" => new Transition(state),
            "held" => new Transition(state, Held: true),
            _ when Enum.TryParse(cell, out ProcessState next) => new Transition(next),
            _ => new Transition(state, Enum.Parse<RestartFailure>(cell)),
        };
        Assert.Equal(expected, LifecycleTable.Next(state, Enum.Parse<LifecycleInput>(happened)));
    }

    [Theory]
    [MemberData(nameof(States))]
    public void Next_Restart_GoesOnOnlyWhereTheProcessServes(ProcessState state)
    {
        Transition transition = LifecycleTable.Next(state, LifecycleInput.RestartAsked);
        Assert.Equal(state != Serving, transition.Refusal is not null || transition.Held);
        Assert.False(transition.Refusal is not null && transition.Held);
    }

    [Fact]
    public void Next_AnythingButARestart_IsNeitherRefusedNorHeld() =>
        Assert.All(
            from state in Enum.GetValues<ProcessState>() from e in Enum.GetValues<LifecycleInput>() where e is not (LifecycleInput.RestartAsked or LifecycleInput.RollBackAsked or LifecycleInput.ConfirmAsked) select LifecycleTable.Next(state, e),
            t => Assert.True(t is { Refusal: null, Held: false }));

    [Fact]
    public void Next_AStateThatDoesNotExist_IsLeftAsItIs() => Assert.Equal(new Transition((ProcessState)99), LifecycleTable.Next((ProcessState)99, LifecycleInput.Ready));

    // Nobody who is on the way out comes back, and nobody starts twice.
    [Theory]
    [InlineData(Draining, new[] { Draining, Exited })]
    [InlineData(ShuttingDown, new[] { ShuttingDown, Exited })]
    [InlineData(Exited, new[] { Exited })]
    public void Next_OnTheWayOut_LeadsOutOnly(ProcessState state, ProcessState[] allowed) =>
        Assert.All(Enum.GetValues<LifecycleInput>(), e => Assert.Contains(LifecycleTable.Next(state, e).Next, allowed));

    [Fact]
    public void Next_Starting_IsNeverEnteredAgain() =>
        Assert.All(
            from state in Enum.GetValues<ProcessState>() where state != Starting from e in Enum.GetValues<LifecycleInput>() select LifecycleTable.Next(state, e).Next,
            next => Assert.NotEqual(Starting, next));

    // A shutdown is the one thing that always ends a process that serves or may serve again.
    [Theory]
    [MemberData(nameof(States))]
    public void Next_Shutdown_EndsWhoeverIsNotEndingYet(ProcessState state) =>
        Assert.Equal(state is Draining or Exited ? state : ShuttingDown, LifecycleTable.Next(state, LifecycleInput.ShutdownAsked).Next);

    [Fact]
    public void Describe_EveryRefusalOfTheTable_HasWords()
    {
        foreach (RestartFailure refusal in (RestartFailure[])[NotReady, InProgress, AlreadyHandedOver, Stopping])
        {
            Assert.Contains($"process {Environment.ProcessId}", Refusals.Describe(refusal, successorPid: 4711), StringComparison.Ordinal);
        }
    }
}
