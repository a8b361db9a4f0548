namespace Baton.AspNetCore;

/// <summary>Options of graceful restart for an ASP.NET Core application.</summary>
public sealed class GracefulRestartOptions : RestarterOptions
{
    /// <summary>
    /// How long, after a handover or when shutting down, a connection without a request in progress is kept before it is closed. An HTTP/1.1
    /// client may send its next request at the very moment in which an idle connection is closed, and only that request would be lost; so this should be
    /// longer than clients usually pause. A connection that carries a request in the meantime is closed with the answer, which loses nothing.
    /// Default 30 seconds. Zero closes at once; <see cref="Timeout.InfiniteTimeSpan"/> keeps it until the drain timeout.
    /// </summary>
    public TimeSpan IdleGrace { get; set; } = TimeSpan.FromSeconds(30);

    internal override void Validate()
    {
        base.Validate();
        Require(IdleGrace >= TimeSpan.Zero || IdleGrace == Timeout.InfiniteTimeSpan, nameof(IdleGrace), IdleGrace, "zero or more, or infinite");
    }
}
