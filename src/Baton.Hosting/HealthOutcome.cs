using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Baton.Hosting;

/// <summary>The result of one poll of the health checks.</summary>
/// <param name="Status">The worst status of all checks; unhealthy if they did not answer.</param>
/// <param name="Text">The report as one line.</param>
internal readonly record struct HealthOutcome(HealthStatus Status, string Text);
