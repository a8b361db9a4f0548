using Baton.Interop;

namespace Baton.Handover;

/// <summary>A departing process of the service that is not older than this one.</summary>
/// <param name="Pid">Its process id.</param>
/// <param name="Generation">Its generation; several may have the same.</param>
/// <param name="Status">Its last report. From any thread.</param>
/// <param name="Force">Makes it cut its work and end. From any thread.</param>
/// <param name="Detach">Gives up the channel to it, for the process that serves next; null if it has ended, or did not finish a
/// message within the limit.</param>
internal sealed record DepartingProcess(
    int Pid, int Generation, Func<GenerationStatus> Status, Action<RestartTrigger> Force, Func<TimeSpan, Descriptor?> Detach);
