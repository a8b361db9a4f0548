using Baton.Lifecycle;
using Baton.Tests.Support;

namespace Baton.Tests.Model;

/// <summary>An invariant of the world does not hold.</summary>
internal sealed class WorldException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// The generations of one service, their channels and one clock. Nothing happens by itself: every delivery, every run of a loop and every passing of time is a step, in
/// an order that the test chooses.
/// </summary>
internal sealed class World
{
    internal const int MaxProcesses = 8;

    private readonly List<string> _trace = [];

    internal World(Surroundings surroundings, Limits limits)
    {
        (Surroundings, Limits) = (surroundings, limits);
        Options = new RestarterOptions { TimeProvider = Time };
        switch (limits)
        {
            case Limits.NoProbation:
                Options.Probation = TimeSpan.Zero;
                break;
            case Limits.NoHeartbeat:
                Options.HeartbeatTimeout = Timeout.InfiniteTimeSpan;
                break;
            case Limits.ShortProbation:
                Options.Probation = TimeSpan.FromSeconds(1);
                break;
            case Limits.LateServices:
                Options.WhenExclusiveIsLate = ExclusiveStopPolicy.EndPredecessor;
                break;
            case Limits.Confirmation:
                Options.ConfirmWithin = TimeSpan.FromSeconds(20);
                break;
            case Limits.TwoGenerations:
                Options.MaxGenerations = 2;
                break;
            case Limits.Hooks:
                foreach (SignalAction action in Enum.GetValues<SignalAction>())
                {
                    Options.Hooks.Before(action, (_, _) => Task.CompletedTask);
                    Options.Hooks.After(action, (_, _) => Task.CompletedTask);
                }

                Options.Hooks.BeforeSuccessor((_, _) => Task.CompletedTask);
                Options.Hooks.OnDeparture((_, _) => Task.CompletedTask);
                break;
        }

        Processes.Add(new WorldProcess(this, generation: 1, predecessor: null));
        Processes[0].Loop.Post(Processes[0].Lifecycle.Start.ServiceReady);
        Processes[0].Run();
    }

    internal Surroundings Surroundings { get; }

    internal Limits Limits { get; }

    internal ManualTime Time { get; } = new();

    /// <summary>How often something was served.</summary>
    internal long Written { get; set; }

    internal RestarterOptions Options { get; }

    internal List<WorldProcess> Processes { get; } = [];

    /// <summary>The exclusive service that runs; null for none.</summary>
    internal WorldService? Running => Living.Select(p => p.Service).FirstOrDefault(s => s?.Runs == true);

    /// <summary>The one that began last, and its term.</summary>
    internal WorldService? LastService { get; set; }

    internal long LastTerm { get; set; }

    internal List<WorldChannel> Channels { get; } = [];

    internal List<(string Asked, RestartRequest Request)> Requests { get; } = [];

    internal List<WorldDecision> Decisions { get; } = [];

    internal bool PathExists { get; private set; } = true;

    /// <summary>Which process the pid file names.</summary>
    internal WorldProcess? PidFile { get; set; }

    /// <summary>Which process is systemd's main process, as far as it was told.</summary>
    internal WorldProcess? MainProcess { get; set; }

    /// <summary>Somebody wanted the service to end: a process was asked that was not on its way out, and not a mere candidate.</summary>
    internal bool ShutdownAsked { get; private set; }

    /// <summary>A successor gave its predecessor up, which was stopped for too long; what that one is asked from then on may be news of yesterday.</summary>
    internal bool Drifted { get; set; }

    /// <summary>Why nobody can be expected to serve any more: the last process that could was killed.</summary>
    internal string? Crashed { get; private set; }

    internal IEnumerable<WorldProcess> Living => Processes.Where(p => p.Alive);

    internal string Log => string.Join('\n', _trace);

    internal void Trace(string what) => _trace.Add($"{Time.Now.TotalSeconds - 3600,8:0.###} s  {what}");

    internal static void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new WorldException(otherwise);
        }
    }

    internal WorldProcess Start(int generation, WorldProcess predecessor)
    {
        if (Processes.Count >= MaxProcesses)
        {
            throw new RestartException(RestartFailure.SpawnFailed, "The world is full.");
        }

        var process = new WorldProcess(this, generation, predecessor);
        Processes.Add(process);
        return process;
    }

    internal void Logged(WorldProcess process, LogLine line)
    {
        Trace($"{process.Name} logs {line.Event.Name}: {line.Text}");
        Require(line.Event.Name != "LoopFailed", $"{process.Name}: {line.Text} {line.Exception}");
        if (line.Event.Name == "ShutdownAsked" && !(process.State == ProcessState.Starting && process.Predecessor is { Owner.Alive: true }))
        {
            Require(!line.Text.Contains("processes may live", StringComparison.Ordinal), $"{process.Name} shuts the service down because there were too many generations");
            ShutdownAsked = true;
        }
    }

    internal void Confirmed(WorldProcess by, WorldProcess successor)
    {
        if (!successor.Effects.Served && (by.AskedToLeave || Options.Probation == TimeSpan.Zero || Options.HeartbeatTimeout == Timeout.InfiniteTimeSpan))
        {
            Crashed ??= $"{by.Name} left before {successor.Name} had served";
        }
        else if (!successor.Alive && !ShutdownAsked && Crashed is null)
        {
            // In the same moment, that can't be helped: as if it had died right after it.
            if (!Living.Any(p => p != by && CanServeWithoutOthers(p)))
            {
                Require(Time.Now - successor.DiedAt < TimeSpan.FromSeconds(1), $"{by.Name} confirms {successor.Name}, which ended long ago");
            }

            Crashed ??= $"{successor.Name} ended in the moment in which it was confirmed";
        }
    }

    internal void RemovePath(WorldProcess by)
    {
        Trace($"{by.Name} removes the path");
        PathExists = false;
    }

    /// <summary>A process ends itself. The only one left may, if its application did not get ready in time.</summary>
    internal void GaveUp(WorldProcess process)
    {
        if (process.Lifecycle is { Start.IsAlone: true, State: ProcessState.Starting })
        {
            Crashed ??= $"{process.Name} was left alone and did not get ready";
        }
    }

    /// <summary>Somebody outside kills a process.</summary>
    internal void Kill(WorldProcess killed)
    {
        killed.Die(code: null, signal: 9);
        if (!Living.Any(CanServeWithoutOthers))
        {
            Crashed ??= $"{killed.Name} was killed, and no other could serve";
        }
    }

    /// <summary>Everything that is under way arrives, and all who can run until nothing is left to do at this time.</summary>
    internal void Flush()
    {
        for (int quiet = 0; quiet < 2; quiet++)
        {
            int before = _trace.Count;
            foreach (WorldChannel channel in Channels.ToArray())
            {
                while (channel.DeliverUp() || channel.DeliverDown())
                {
                }
            }

            foreach (WorldProcess process in Living.ToArray())
            {
                process.Run();
                process.LeaveIfDone();
            }

            quiet = _trace.Count == before ? quiet : -1;
        }
    }

    public override string ToString() => string.Join(" ", Processes) + (PathExists ? "" : " (no path)");

    private static bool CanServeWithoutOthers(WorldProcess process) => process.Effects.Holds && !process.Effects.Ending && process.State switch
    {
        ProcessState.Serving or ProcessState.Restarting => true,
        ProcessState.HandedOver => !process.World.Channels.Any(c => c.Owner == process && c.Up.Any(m => m is Baton.Handover.HandoverMessage.HandedOn)),
        ProcessState.OnProbation => !process.WasTakenBack && !process.Predecessor!.Down.Any(m => m is Baton.Handover.HandoverMessage.TakenBack),
        ProcessState.Starting => process.HasPredecessor && (process.Predecessor!.Down.Any(m => m is Baton.Handover.HandoverMessage.Commit) || process.InheritsAlone),
        _ => false,
    };
}
