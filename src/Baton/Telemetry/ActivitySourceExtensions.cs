using System.Diagnostics;

namespace Baton.Telemetry;

/// <summary>Spans with given times and parents.</summary>
internal static class ActivitySourceExtensions
{
    /// <summary>Begins a span.</summary>
    /// <returns>Null if nobody listens.</returns>
    internal static Activity? Begin(this ActivitySource source, string name, ActivityContext parent, DateTimeOffset at)
    {
        Activity? current = Activity.Current;
        try
        {
            // The current activity of this thread is not the parent.
            Activity.Current = null;
            return source.StartActivity(name, ActivityKind.Internal, parent, tags: null, links: null, at);
        }
        finally
        {
            Activity.Current = current;
        }
    }

    internal static void End(this Activity activity, DateTimeOffset at)
    {
        Activity? current = Activity.Current;
        activity.SetEndTime(at.UtcDateTime);
        activity.Stop();
        Activity.Current = current;
    }

    /// <summary>Adds spans for consecutive phases.</summary>
    /// <param name="source">The source.</param>
    /// <param name="phases">The phases.</param>
    /// <param name="begin">The begin of the first phase.</param>
    /// <param name="parent">The parent span.</param>
    /// <param name="error">The error of the last phase; null for none.</param>
    internal static void RecordPhases(
        this ActivitySource source,
        IReadOnlyList<RestartPhase> phases,
        DateTimeOffset begin,
        ActivityContext parent,
        string? error = null)
    {
        foreach (RestartPhase phase in phases)
        {
            DateTimeOffset end = begin + phase.Duration;
            if (source.Begin(TelemetryNames.Phase(phase), parent, begin) is { } span)
            {
                span.SetTag(BatonTelemetry.Attributes.Phase, phase.Name);
                if (phase.Detail.Length > 0)
                {
                    span.SetTag(BatonTelemetry.Attributes.Detail, phase.Detail);
                }

                if (error is not null && phase == phases[^1])
                {
                    span.SetStatus(ActivityStatusCode.Error, error);
                }

                span.End(end);
            }

            begin = end;
        }
    }
}
