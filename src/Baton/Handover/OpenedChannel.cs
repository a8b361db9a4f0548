using Baton.Interop;

namespace Baton.Handover;

/// <summary>The channel to a predecessor that has not started this process. The receiver owns both descriptors.</summary>
/// <param name="Socket">The channel.</param>
/// <param name="Pid">The predecessor, as this process sees it, or as it sees itself in another pid namespace.</param>
/// <param name="Pidfd">Its pidfd.</param>
internal sealed record OpenedChannel(Descriptor Socket, int Pid, Descriptor Pidfd);
