using Baton.Handover;

namespace Baton.Hosting;

/// <summary>
/// Wrong options end the start before there is a restarter. The requester of the restart must still get the reason.
/// </summary>
internal static class BadStart
{
    /// <summary>
    /// In a successor: opens the handover, so that the exception that is about to be thrown reaches the predecessor.
    /// </summary>
    internal static void Announce()
    {
        if (Restarter.Default is null && Environment.GetEnvironmentVariable(HandoverProtocol.EnvironmentVariable) is not null)
        {
            _ = Restarter.Start();
        }
    }
}
