using System.Diagnostics;
using System.Globalization;

namespace Baton.Processes;

/// <summary>
/// The place of a restart in a trace, in W3C form (Trace Context: traceparent and tracestate). Invalid values count as none.
/// </summary>
internal static class TraceContext
{
    /// <summary>The length of a traceparent that is read; a newer version may exceed today's 55 characters.</summary>
    internal const int LongestParent = 128;

    /// <summary>The length that every participant must pass on.</summary>
    internal const int LongestState = 512;

    /// <summary>The traceparent.</summary>
    internal static string ToText(ActivityContext trace) =>
        string.Create(CultureInfo.InvariantCulture, $"00-{trace.TraceId}-{trace.SpanId}-{(byte)trace.TraceFlags:x2}");

    /// <returns>The default if there is none.</returns>
    internal static ActivityContext Parse(string? parent, string? state) =>
        parent?.Length <= LongestParent && ActivityContext.TryParse(parent, state, isRemote: true, out ActivityContext trace)
            ? trace
            : default;
}
