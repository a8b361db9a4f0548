using System.Diagnostics;

namespace Baton.Telemetry;

/// <summary>Spans whose times and parents are said, not taken from where the code runs.</summary>
internal static class ActivitySourceExtensions
{
    /// <summary>Begins a span.</summary>
    /// <returns>Null if nobody wants it.</returns>
    internal static Activity? Begin(this ActivitySource source, string name, ActivityContext parent, DateTimeOffset at)
    {
        Activity? current = Activity.Current;
        try
        {
            // What happens to be current on this thread is no parent of ours.
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

    /// <summary>Spans of phases that follow one another.</summary>
    /// <param name="source">Where to.</param>
    /// <param name="phases">The phases.</param>
    /// <param name="begin">When the first one began.</param>
    /// <param name="parent">What they are parts of.</param>
    /// <param name="error">What the last one ended with; null for nothing bad.</param>
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
            if (source.Begin(TelemetryWords.Phase(phase.Name), parent, begin) is { } span)
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
