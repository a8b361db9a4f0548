using Baton.Interop;
using Microsoft.Extensions.Logging;

namespace Baton.Handover;

/// <summary>
/// The departing processes of the service: older ones, and rolled-back successors. The channels to all of them go to the next
/// process that serves for good. A thread for each link posts its messages; everything here is safe from any thread.
/// </summary>
internal sealed class OlderGenerations(TimeSpan limit, ILogger logger) : IOlderGenerations
{
    private readonly Lock _lock = new();
    private readonly List<(PredecessorLink Link, GenerationStatus Status)> _living = [];
    private readonly List<DepartingProcess> _returned = [];
    private volatile PredecessorLink[] _links = [];

    /// <summary>Called as <see cref="Departed"/> says.</summary>
    internal delegate void DepartureListener(int generation, DateTimeOffset? drainedAt, bool gone);

    /// <summary>
    /// Called with the generation of a process that has finished its work, maybe repeatedly, or has ended. On the thread that
    /// listens to it.
    /// </summary>
    internal DepartureListener? Departed { get; set; }

    /// <summary>Newest first.</summary>
    internal IReadOnlyList<GenerationStatus> Living
    {
        get
        {
            lock (_lock)
            {
                IEnumerable<GenerationStatus> all = _living.Select(l => l.Status).Concat(_returned.Select(r => r.Status()));
                return [.. all.OrderByDescending(s => s.Generation)];
            }
        }
    }

    /// <summary>
    /// The channels to processes that this one has replaced, newest first. Rolled-back successors are not among them.
    /// </summary>
    internal PredecessorLink[] Links => _links;

    internal void Add(PredecessorLink link)
    {
        OlderProcess process = link.Process;
        var unknown = new GenerationStatus
        {
            Pid = process.Pid,
            Generation = process.Generation,
            State = ProcessState.HandedOver,
        };
        lock (_lock)
        {
            _living.Add((link, unknown));
            NoteLinks();
        }
    }

    /// <summary>Takes over the predecessor's channels, and listens on each.</summary>
    internal void Adopt(HandoverMessage.Confirmed confirmed, Received received, int ownGeneration)
    {
        if (confirmed.Older.Count != received.Descriptors.Count)
        {
            logger.ChannelBroken($"{confirmed.Older.Count} older processes came with {received.Descriptors.Count} channels");
            received.WithoutDescriptors();
            return;
        }

        for (int i = 0; i < confirmed.Older.Count; i++)
        {
            PredecessorLink link = PredecessorLink.Adopt(confirmed.Older[i], received.Descriptors[i], ownGeneration, limit);
            Add(link);
            new Thread(() => Listen(link)) { IsBackground = true, Name = $"baton-generation-{link.Process.Generation}" }.Start();
        }
    }

    /// <summary>A message of one; null if it has ended.</summary>
    internal void Handle(PredecessorLink link, HandoverMessage? message)
    {
        switch (message)
        {
            case null:
                SayDeparted(link.Process, drainedAt: null, gone: true);
                break;
            case HandoverMessage.Report { Status: var status }:
                Note(link, status);
                if (status.DrainedAt is not null)
                {
                    SayDeparted(link.Process, status.DrainedAt, gone: false);
                }

                break;
            case HandoverMessage.Remaining { Status: var status }:
                // Its predecessor numbered it, and knows its generation better.
                Note(link, status with { Pid = link.Process.Pid, Generation = link.Process.Generation });
                break;
        }
    }

    // A rolled-back successor replaced nobody.
    private void SayDeparted(OlderProcess process, DateTimeOffset? drainedAt, bool gone)
    {
        if (!process.WasRolledBack)
        {
            Departed?.Invoke(process.Generation, drainedAt, gone);
        }
    }

    private void Note(PredecessorLink link, GenerationStatus status)
    {
        lock (_lock)
        {
            int at = _living.FindIndex(l => l.Link == link);
            if (at >= 0)
            {
                _living[at] = (link, status);
            }
        }
    }

    internal void Gone(PredecessorLink link)
    {
        lock (_lock)
        {
            _living.RemoveAll(l => l.Link == link);
            NoteLinks();
        }
    }

    /// <summary>A successor was rolled back, and finishes its work.</summary>
    public void Add(DepartingProcess returned)
    {
        lock (_lock)
        {
            _returned.Add(returned);
        }
    }

    public void Gone(DepartingProcess returned)
    {
        lock (_lock)
        {
            _returned.Remove(returned);
        }
    }

    /// <summary>The predecessor serves again: it is no departing process.</summary>
    internal void Clear()
    {
        lock (_lock)
        {
            _living.Clear();
            NoteLinks();
        }
    }

    /// <summary>Makes the oldest ones cut their work and end, until at most the given number is left.</summary>
    public void ForceDownTo(int most, RestartTrigger trigger)
    {
        (int Pid, int Generation, Action<RestartTrigger> Force)[] excess;
        lock (_lock)
        {
            // Of the same generation, the rolled-back one first.
            IEnumerable<(int Pid, int Generation, Action<RestartTrigger> Force)> all =
            [
                .. _living.Select(l => (l.Link.Process.Pid, l.Link.Process.Generation, Forcing(l.Link))),
                .. _returned.Select(r => (r.Pid, r.Generation, r.Force)),
            ];
            excess = [.. all.OrderBy(p => p.Generation).Take(Math.Max(0, _living.Count + _returned.Count - most))];
        }

        foreach ((int pid, int generation, Action<RestartTrigger> force) in excess)
        {
            logger.GenerationForced(pid, generation, trigger);
            force(trigger);
        }
    }

    /// <summary>Confirms a successor, and passes it the channels.</summary>
    public void PassOn(ISuccessor successor)
    {
        (OlderProcess Process, Func<TimeSpan, Descriptor?> Detach)[] processes;
        lock (_lock)
        {
            processes =
            [
                .. _living.Select(l => (l.Link.Process, (Func<TimeSpan, Descriptor?>)l.Link.Detach)),
                .. _returned.Select(r => (new OlderProcess(r.Pid, r.Generation) { WasRolledBack = true }, r.Detach)),
            ];
            _living.Clear();
            _returned.Clear();
            NoteLinks();
        }

        var channels = new List<(OlderProcess, Descriptor)>(processes.Length);
        foreach ((OlderProcess process, Func<TimeSpan, Descriptor?> detach) in processes)
        {
            if (detach(limit) is { } channel)
            {
                channels.Add((process, channel));
            }
        }

        successor.Confirm(channels);
        channels.ForEach(c => c.Item2.Dispose());
    }

    private void NoteLinks() => _links =
    [
        .. _living.Select(l => l.Link).Where(l => !l.Process.WasRolledBack).OrderByDescending(l => l.Process.Generation),
    ];

    private static Action<RestartTrigger> Forcing(PredecessorLink link) =>
        by => link.Channel.TrySend(new HandoverMessage.Force(by));

    private void Listen(PredecessorLink link)
    {
        try
        {
            link.Listen(received => Handle(link, received?.WithoutDescriptors()));
        }
        catch (RestartException e)
        {
            // It departs and nothing depends on it. Only its reports are missing from the status.
            logger.ChannelBroken(e.Message);
        }

        Gone(link);
    }
}
