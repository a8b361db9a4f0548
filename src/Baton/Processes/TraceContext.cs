using System.Diagnostics;
using System.Globalization;

namespace Baton.Processes;

/// <summary>
/// The place of a restart in a trace, as W3C writes it (Trace Context: traceparent, and tracestate). Nothing depends on it: what
/// is not valid counts as none.
/// </summary>
internal static class TraceContext
{
    /// <summary>How much of a traceparent is looked at; a newer version may be longer than the 55 characters of today.</summary>
    internal const int LongestParent = 128;

    /// <summary>What every participant has to pass on; nobody has to pass on more.</summary>
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
