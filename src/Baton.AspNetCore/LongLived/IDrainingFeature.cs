namespace Baton.AspNetCore;

/// <summary>
/// A feature of each request (<c>HttpContext.Features.Get&lt;IDrainingFeature&gt;()</c>) and of each connection: by it a handler
/// of something long learns, without a service, that its process is to finish. Absent where Kestrel does not serve.
/// </summary>
public interface IDrainingFeature
{
    /// <summary>
    /// As <see cref="Restarter.Draining"/>: cancelled when a successor serves, or a shutdown was asked. Ask when the long work
    /// begins.
    /// </summary>
    CancellationToken Draining { get; }
}
