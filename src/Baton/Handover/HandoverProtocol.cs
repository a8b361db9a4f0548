namespace Baton.Handover;

/// <summary>The numbers of the protocol. A change that an older peer would misread raises <see cref="MaxVersion"/>.</summary>
internal static class HandoverProtocol
{
    /// <summary>Whether sockets can be handed over on this platform.</summary>
    internal static bool IsSupported => Interop.Platform.HandoverSupported;

    internal const int MinVersion = 1;
    internal const int MaxVersion = 1;

    /// <summary>The variable with the inherited descriptor and the process that passed it: <c>fd:pid</c>.</summary>
    internal const string EnvironmentVariable = "BATON_HANDOVER";

    /// <summary>The number of the successor's end of the channel.</summary>
    internal const int InheritedDescriptor = 3;

    /// <summary>A frame is 4 bytes of length, most significant first, and JSON of that length.</summary>
    internal const int HeaderBytes = 4;

    /// <summary>
    /// Limits the memory that a peer can make us allocate. 1,000 listeners with long paths need a quarter of it.
    /// </summary>
    internal const int MaxFrameBytes = 1024 * 1024;

    /// <summary>Descriptors in one message; the kernel refuses more than 253 (SCM_MAX_FD, unix(7)).</summary>
    internal const int MaxBatch = 250;

    /// <summary>
    /// The time for a successor to end after it closed the channel. The kernel needs milliseconds between the two, and seconds on
    /// an overloaded machine. A longer one costs only that a dead process is killed, and that its exit code is not reported.
    /// </summary>
    internal static readonly TimeSpan EndAfterClose = TimeSpan.FromSeconds(5);

    /// <summary>The highest version that two ranges have in common, or null.</summary>
    internal static int? Agree(int peerMin, int peerMax)
    {
        int version = Math.Min(peerMax, MaxVersion);
        return version >= Math.Max(peerMin, MinVersion) ? version : null;
    }
}
