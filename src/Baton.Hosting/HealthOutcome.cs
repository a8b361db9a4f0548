using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Baton.Hosting;

/// <summary>What one poll of the health checks said.</summary>
/// <param name="Status">The worst status of all checks; unhealthy if they did not answer.</param>
/// <param name="Text">The report in one line.</param>
internal readonly record struct HealthOutcome(HealthStatus Status, string Text);
