using Baton.Lifecycle;

namespace Baton.Tests.Model;

/// <summary>What can be done to the world.</summary>
internal enum StepKind
{
    /// <summary>Everything that is under way arrives and is dealt with.</summary>
    Flush,

    /// <summary>One message arrives.</summary>
    Deliver,

    /// <summary>One loop runs.</summary>
    Run,

    /// <summary>The clock goes on.</summary>
    Pass,

    /// <summary>The application is ready.</summary>
    Ready,

    /// <summary>A restart up to the commit, all in one: the way to the interesting states.</summary>
    HandOver,
    Restart,
    Signal,
    OtherProgram,
    Shutdown,
    Force,
    Leave,
    Unhealthy,

    /// <summary>Somebody decides of the restart on probation.</summary>
    RollBack,
    Confirm,
    Kill,
    Stop,
    Continue,
    StickPool,
    UnstickPool,
    FinishWork,

    /// <summary>The application ends, if it may.</summary>
    Exit,
}

/// <summary>What is not as by default.</summary>
internal enum Limits
{
    Default,
    NoProbation,
    NoHeartbeat,

    /// <summary>Over before a sign of life can be missed.</summary>
    ShortProbation,
    TwoGenerations,

    /// <summary>The application has hooks, which may hang.</summary>
    Hooks,

    /// <summary>The application has something to stop before a commit, which may hang.</summary>
    Steps,

    /// <summary>The application has an exclusive service.</summary>
    Services,

    /// <summary>The same; a restart leaves one behind that does not stop in time, and the successor's waits for its end.</summary>
    LateServices,

    /// <summary>Each restart has to be confirmed.</summary>
    Confirmation,

    /// <summary>The application has state, which it wants back at a roll back; saving and loading may hang.</summary>
    State,
}

/// <summary>How bad the machine is.</summary>
internal enum Surroundings
{
    /// <summary>Messages arrive, and loops run, before the clock goes on; every order within a moment is possible.</summary>
    Prompt,

    /// <summary>The same, but processes may be stopped for long.</summary>
    Stops,

    /// <summary>Anything may take any time.</summary>
    Sluggish,
}

/// <summary>One thing that happens, to the living process, or the channel, with that number.</summary>
internal sealed record WorldStep(StepKind Kind, int Target, int Amount)
{
    private static readonly double[] Seconds = [0.01, 0.2, 1, 1.3, 3, 4, 7, 10, 10.5, 21, 61];

    internal void Do(World world)
    {
        WorldProcess[] living = [.. world.Living];
        if (living.Length == 0)
        {
            return;
        }

        WorldProcess process = living[Target % living.Length];
        if (Kind == StepKind.Deliver)
        {
            Deliver(world);
            return;
        }

        world.Trace($"-- {Describe(process)}");
        switch (Kind)
        {
            case StepKind.Flush:
                world.Flush();
                break;
            case StepKind.Run:
                process.Run();
                if (process.Effects.GateOpen)
                {
                    process.Effects.State.Write();
                }

                break;
            case StepKind.Pass:
                Pass(world, TimeSpan.FromSeconds(Seconds[Amount % Seconds.Length]));
                break;
            case StepKind.HandOver:
                HandOver(world, process);
                break;
            case StepKind.Kill:
                world.Kill(process);
                break;
            case StepKind.Stop:
                process.Stopped = world.Surroundings != Surroundings.Prompt;
                break;
            case StepKind.Continue:
                process.Stopped = false;
                break;
            default:
                Act(process);
                break;
        }
    }

    private void Act(WorldProcess process)
    {
        ProcessLifecycle lifecycle = process.Lifecycle;
        switch (Kind)
        {
            case StepKind.Ready:
                process.Loop.Post(lifecycle.Start.ServiceReady);
                break;
            case StepKind.Restart:
                Ask(process, new RestartRequest(By("somebody")));
                break;
            case StepKind.Signal:
                Ask(process, new RestartRequest(By("SIGUSR2"), bySignal: true));
                break;
            case StepKind.OtherProgram:
                Ask(process, new RestartRequest(By("somebody"), "/srv/other"));
                break;
            case StepKind.Shutdown:
                process.Loop.Post(() => lifecycle.Shutdown.Request(By("SIGTERM")));
                break;
            case StepKind.Force:
                process.Loop.Post(() => lifecycle.Shutdown.Force(By("an operator")));
                break;
            case StepKind.Leave:
                process.AskedToLeave = true;
                process.Loop.Post(() => lifecycle.Shutdown.Leave(By("the host")));
                break;
            case StepKind.Unhealthy:
                process.Loop.Post(() => lifecycle.Probation.ReportUnhealthy("no database"));
                break;
            case StepKind.RollBack:
                Decide(process, ProbationDecision.RollBack);
                break;
            case StepKind.Confirm:
                Decide(process, ProbationDecision.Confirm);
                break;
            case StepKind.StickPool:
                process.Effects.Stick();
                break;
            case StepKind.UnstickPool:
                process.Effects.Unstick();
                break;
            case StepKind.FinishWork:
                process.Effects.FinishWork();
                break;
            case StepKind.Exit:
                process.LeaveIfDone();
                break;
        }
    }

    internal static void Pass(World world, TimeSpan time)
    {
        if (world.Surroundings == Surroundings.Sluggish)
        {
            world.Time.Advance(time);
            return;
        }

        // In pieces, so that what is due is done about when it is due.
        for (TimeSpan left = time; left > TimeSpan.Zero; left -= TimeSpan.FromMilliseconds(100))
        {
            world.Flush();
            world.Time.Advance(left < TimeSpan.FromMilliseconds(100) ? left : TimeSpan.FromMilliseconds(100));
        }
    }

    private static void Ask(WorldProcess process, RestartRequest request)
    {
        process.World.Requests.Add((process.Name, request));
        process.Loop.Post(() => process.Lifecycle.Restarts.Request(request));
    }

    private static void Decide(WorldProcess process, ProbationDecision decision)
    {
        var asked = new WorldDecision(process, decision);
        process.World.Decisions.Add(asked);
        process.Loop.Post(() => process.Lifecycle.Decisions.Request(new ProbationRequest(decision, By("an operator"), () => { }, asked.End)));
    }

    private static void HandOver(World world, WorldProcess process)
    {
        int before = world.Processes.Count;
        Ask(process, new RestartRequest(By("somebody")));
        world.Flush();
        if (world.Processes.Count > before)
        {
            WorldProcess successor = world.Processes[^1];
            successor.Loop.Post(successor.Lifecycle.Start.ServiceReady);
            world.Flush();
        }
    }

    private void Deliver(World world)
    {
        if (world.Channels.Count > 0)
        {
            WorldChannel channel = world.Channels[Target % world.Channels.Count];
            world.Trace($"-- Deliver on {channel}");
            _ = Amount % 2 == 0 ? channel.DeliverUp() || channel.DeliverDown() : channel.DeliverDown() || channel.DeliverUp();
        }
    }

    private string Describe(WorldProcess process) => Kind switch
    {
        StepKind.Flush => "Flush",
        StepKind.Pass => $"Pass {Seconds[Amount % Seconds.Length]} s",
        _ => $"{Kind} {process}",
    };

    public override string ToString() => Kind switch
    {
        StepKind.Flush => "Flush",
        StepKind.Pass => $"Pass {Seconds[Amount % Seconds.Length]} s",
        _ => $"{Kind} {Target}/{Amount}",
    };
}
