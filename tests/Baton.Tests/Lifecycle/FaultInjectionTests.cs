using Baton.Handover;
using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

/// <summary>
/// Whatever a step does to the world, or tells others, fails once, at each place of each story. The service goes on: the gate is as the state says, whoever asked has an
/// answer, and a process that serves can restart.
/// </summary>
public class FaultInjectionTests
{
    private static readonly Dictionary<string, Action<LifecycleFixture>> Stories = new()
    {
        ["passes"] = f =>
        {
            f.Do(() => f.Successor.SaysReady("tcp:127.0.0.1:80"));
            f.PassProbation();
            f.Do(f.Effects.WorkEnds);
        },
        ["backs out"] = f =>
        {
            f.Do(() => f.Successor.SaysFailed("no database"));
            f.Do(() => f.Successor.Exits(1));
        },
        ["is not told to serve"] = f =>
        {
            f.Successor.CommitFailure = new RestartException(RestartFailure.PeerLost, "gone");
            f.Do(() => f.Successor.SaysReady());
            f.Do(() => f.Successor.EndsBySignal(9));
        },
        ["dies on probation"] = f =>
        {
            f.Do(() => f.Successor.SaysReady());
            f.Do(() => f.Successor.EndsBySignal(11));
        },
        ["hangs on probation"] = f =>
        {
            f.Do(() => f.Successor.SaysReady());
            Enumerable.Range(0, 10).ToList().ForEach(_ => f.Pass(TimeSpan.FromSeconds(1)));
            f.Do(() => f.Successor.EndsBySignal(9));
        },
        ["is unhealthy"] = f =>
        {
            f.Do(() => f.Successor.SaysReady());
            f.Do(() => f.Successor.SaysUnhealthy("no database"));
            f.Do(() => f.Successor.Exits(1));
        },
        ["shuts down"] = f =>
        {
            f.Do(() => f.Successor.SaysReady());
            f.Shutdown();
            f.Do(f.Effects.WorkEnds);
            f.Do(() => f.Successor.Exits(0));
        },
    };

    public static TheoryData<string> Names => [.. Stories.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void AnythingFailsOnce_TheStoryEndsAndTheGateIsAsTheStateSays(string name)
    {
        int places = Run(name, failing: -1).Entries.Count;
        Assert.InRange(places, 5, 500);
        for (int place = 0; place < places; place++)
        {
            Run(name, place);
        }
    }

    // What is always refused by the world: no file, no descriptor, no thread.
    [Theory]
    [InlineData("name")]
    [InlineData("tell 4711")]
    [InlineData("tell predecessor")]
    [InlineData("announce")]
    [InlineData("release")]
    [InlineData("confirm")]
    [InlineData("count")]
    [InlineData("drain")]
    [InlineData("resume")]
    [InlineData("force older")]
    public void OneKindFailsAlways_EachStoryEndsAndTheGateIsAsTheStateSays(string kind)
    {
        foreach (string name in Stories.Keys)
        {
            Check(name, (entry, _) => entry.StartsWith(kind, StringComparison.Ordinal), $"{name}, {kind}");
        }
    }

    private static Journal Run(string name, int failing) => Check(name, (entry, place) => place == failing && !entry.StartsWith("log ", StringComparison.Ordinal), $"{name}, {failing}");

    private static Journal Check(string name, Func<string, int, bool> fails, string what)
    {
        LifecycleFixture fixture = LifecycleFixture.Serving();
        bool open = true;
        int begun = fixture.Journal.Entries.Count;
        fixture.Journal.Entering = (entry, place) =>
        {
            open = entry is "open gate" || (entry is not "close gate" && !entry.StartsWith("release", StringComparison.Ordinal) && open);
            if (fails(entry, place - begun))
            {
                throw new InvalidOperationException($"no {entry}");
            }
        };
        fixture.Options.Probation = TimeSpan.FromSeconds(10);
        Task<RestartRecord> outcome = fixture.AskRestart();
        if (fixture.Journal.Entries.Contains("start generation 2"))
        {
            try
            {
                Stories[name](fixture);
            }
            catch (ArgumentOutOfRangeException)
            {
                // It was the start that failed: there is no successor to go on with.
            }
        }

        // All limits, one after the other, and the end of what is killed.
        for (int i = 0; i < 200; i++)
        {
            fixture.Pass(TimeSpan.FromSeconds(1));
        }

        fixture.Journal.Entering = null;
        AssertSettled(fixture, outcome, open, what);
        return fixture.Journal;
    }

    private static void AssertSettled(LifecycleFixture fixture, Task<RestartRecord> outcome, bool open, string what)
    {
        ProcessState state = fixture.Lifecycle.State;
        string journal = $"{what}: {state}\n{string.Join('\n', fixture.Journal.Entries)}";
        Assert.True(state is ProcessState.Serving or ProcessState.Exited or ProcessState.Draining or ProcessState.ShuttingDown, journal);
        Assert.True(outcome.IsCompleted, journal);
        Assert.True(open == (state == ProcessState.Serving), journal);
        Assert.True(state == ProcessState.Serving || fixture.Journal.Entries.Contains("commit 4711") || what.StartsWith("shuts down", StringComparison.Ordinal), journal);
        if (state == ProcessState.Serving)
        {
            fixture.AssertServesAndCanRestart();
        }
    }
}
