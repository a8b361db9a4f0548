using Baton.Handover;

namespace Baton.Hosting;

/// <summary>
/// Options that are wrong end the start before there is a restarter, and the requester of the restart is to learn why.
/// </summary>
internal static class BadStart
{
    /// <summary>
    /// In a successor: opens the handover, so that the exception that is about to be thrown reaches the predecessor as every
    /// other does that ends a start.
    /// </summary>
    internal static void Announce()
    {
        if (Restarter.Default is null && Environment.GetEnvironmentVariable(HandoverProtocol.EnvironmentVariable) is not null)
        {
            _ = Restarter.Start();
        }
    }
}
