namespace Baton.Handover;

/// <summary>The numbers of the protocol. A change that an older peer would misread raises <see cref="MaxVersion"/>.</summary>
internal static class HandoverProtocol
{
    internal const int MinVersion = 1;
    internal const int MaxVersion = 1;

    /// <summary>Names the inherited descriptor and the process that passed it: <c>fd:pid</c>.</summary>
    internal const string EnvironmentVariable = "BATON_HANDOVER";

    /// <summary>The number at which the successor finds its end of the channel.</summary>
    internal const int InheritedDescriptor = 3;

    /// <summary>A frame is 4 bytes of length, most significant first, and that many bytes of JSON.</summary>
    internal const int HeaderBytes = 4;

    /// <summary>Bounds what a peer can make us allocate. 1,000 listeners with long paths need a quarter of it.</summary>
    internal const int MaxFrameBytes = 1024 * 1024;

    /// <summary>Descriptors in one message; the kernel refuses more than 253 (SCM_MAX_FD, unix(7)).</summary>
    internal const int MaxBatch = 250;

    /// <summary>
    /// How long a successor that has closed the channel may take to end. Between the closing of the descriptors of a process that
    /// ends and its end lie milliseconds, and seconds on a machine that is overloaded. A longer one costs no more than a killed
    /// dead process, and that its exit code is not named as the reason.
    /// </summary>
    internal static readonly TimeSpan EndAfterClose = TimeSpan.FromSeconds(5);

    /// <summary>The version two ranges have in common, the highest, or null.</summary>
    internal static int? Agree(int peerMin, int peerMax)
    {
        int version = Math.Min(peerMax, MaxVersion);
        return version >= Math.Max(peerMin, MinVersion) ? version : null;
    }
}
