using Baton.Lifecycle;

namespace Baton.Tests.Model;

/// <summary>What holds in every world: after each step, and when all is settled.</summary>
internal static class WorldRules
{
    // Longer than every limit there is, one after the other: ready, probation, handshake, drain, exit.
    private static readonly TimeSpan AllLimits = TimeSpan.FromMinutes(4);

    internal static void Run(Surroundings surroundings, Limits limits, IReadOnlyList<WorldStep> steps)
    {
        var world = new World(surroundings, limits);
        try
        {
            foreach (WorldStep step in steps)
            {
                step.Do(world);
                if (surroundings == Surroundings.Prompt)
                {
                    AssertOneServes(world);
                }

                AssertSomebodyCanServe(world);
            }

            Settle(world);
            AssertSettled(world);
        }
        catch (Exception e) when (e is not WorldException { InnerException: not null })
        {
            throw new WorldException($"{e.Message}\n{world}\n{world.Log}", e);
        }
    }

    /// <summary>Two servers of one service are fine for their clients, but only one may be in charge; they may overlap where the clock ran while one could not.</summary>
    private static void AssertOneServes(World world) =>
        World.Require(world.Living.Count(p => p.Effects.GateOpen) <= 1, "more than one process accepts");

    private static void AssertSomebodyCanServe(World world) => World.Require(
        world.ShutdownAsked || world.Crashed is not null || world.Living.Any(p => p.Effects.Holds && p.State != ProcessState.Starting) || IsUnderWay(world)
        || world.Living.Any(p => p.InheritsAlone),
        "nobody holds the listeners any more");

    // A successor whose commit is under way, its predecessor gone meanwhile.
    private static bool IsUnderWay(World world) => world.Living.Any(p => p.State == ProcessState.Starting && (p.Predecessor is null || p.Predecessor.Down.Count > 0));

    private static void Settle(World world)
    {
        foreach (WorldProcess process in world.Living)
        {
            process.Stopped = false;
            process.Effects.Unstick();
        }

        world.Trace("-- settle");
        for (TimeSpan left = AllLimits; left > TimeSpan.Zero; left -= TimeSpan.FromSeconds(0.5))
        {
            foreach (WorldProcess process in world.Living)
            {
                process.Effects.FinishWork();
                if (process.InheritsAlone)
                {
                    // Its application is no worse than others.
                    process.Loop.Post(process.Lifecycle.Start.ServiceReady);
                }
            }

            world.Flush();
            world.Time.Advance(TimeSpan.FromSeconds(0.5));
        }

        world.Flush();
    }

    private static void AssertSettled(World world)
    {
        WorldProcess[] living = [.. world.Living];
        foreach ((string asked, RestartRequest request) in world.Requests)
        {
            bool gone = !world.Processes.Single(p => p.Name == asked).Alive;
            World.Require(request.Outcome.IsCompleted || gone, $"a restart that {asked} was asked for has no end");
        }

        foreach (WorldDecision decision in world.Decisions)
        {
            World.Require(decision.HasEnded || !decision.Asked.Alive, $"what {decision.Asked.Name} was asked to decide has no answer");
        }

        foreach (WorldProcess process in living)
        {
            World.Require(process.State == ProcessState.Serving, $"{process.Name} stays {process.State} for ever");
        }

        World.Require(living.Count(p => p.Effects.GateOpen) <= 1, "more than one process serves in the end");
        if (world.ShutdownAsked)
        {
            World.Require(living.Length == 0 || world.Drifted, "a process stays after a shutdown was asked");
        }
        else if (world.Crashed is null)
        {
            World.Require(living.Length == 1 && living[0].Effects is { GateOpen: true, Holds: true }, "nobody serves in the end");
            World.Require(living[0].Service?.Runs ?? true, "nobody runs the exclusive service, although its process serves");
            World.Require(world.PathExists, "nobody can connect: the path was removed");
            World.Require(world.PidFile == living[0], $"the pid file names {world.PidFile}");
            World.Require(world.MainProcess == living[0], $"systemd takes {world.MainProcess} for the main process");
        }
    }
}
