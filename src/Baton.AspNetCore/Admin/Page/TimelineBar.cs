namespace Baton.AspNetCore.Admin.Page;

/// <summary>Draws a restart to scale, for eyes and pointers only. Screen readers get the table.</summary>
internal static class TimelineBar
{
    private const int Top = 3;
    private const int Height = 16;
    private const int Lane = 21;
    private const int LaneHeight = 4;

    // The shortest phase stays visible.
    private const double LeastWidth = 0.35;

    // The width of a small letter, in percent of the narrowest drawing that shows text.
    private const double Letter = 1.15;

    // Beyond this position, in percent, there is no room for text after a bar.
    private const double MaxForText = 80;

    // Distance from the end of the axis, so that a time fits behind it.
    private const double TearAt = 9;

    internal static Html Render(Timeline restart, TimelineAxes axes)
    {
        IEnumerable<Html> before = restart.Before.Select(s => Segment(s, axes.Before));
        return Html.Of($"""
            <svg class="bar" width="100%" height="26" aria-hidden="true" focusable="false">
            {Grid(axes)}{before}{Serves(restart, axes)}{After(restart, axes)}</svg>
            """);
    }

    internal static Html Axis(TimelineAxes axes) => Html.Of($"""
        <svg class="axis" width="100%" height="18" aria-hidden="true" focusable="false">
        {Marks(axes.Before)}{(axes.After is { } after ? Html.Of($"<g class=\"second\">{Marks(after)}</g>") : Html.None)}</svg>
        """);

    private static Html After(Timeline restart, TimelineAxes axes) =>
        axes.After is { } after
            ? Html.Of($"{restart.After.Select(s => Segment(s, after))}{Departure(restart, after)}")
            : Html.None;

    /// <summary>The predecessor meanwhile: a thin bar while it drains, and a mark at its end.</summary>
    private static Html Departure(Timeline restart, TimeScale scale)
    {
        double from = scale.At(TimeSpan.Zero);
        Html drained = restart.Drained is not { } time ? Html.None : Html.Of($"""
            <g><rect class="p-drain" x="{from}%" y="{Lane}" width="{Math.Max(scale.At(time) - from, LeastWidth)}%"
            height="{LaneHeight}"/><title>The predecessor had finished its work {Wording.Of(time)} later</title></g>
            """);
        Html gone = restart.Gone is not { } end ? Html.None : Html.Of($"""
            <g class="gone">{EndMark(end, scale)}<title>The predecessor had ended {Wording.Of(end)} later</title></g>
            """);
        return Html.Of($"{drained}{gone}");
    }

    private static Html EndMark(TimeSpan end, TimeScale scale) => scale.Cuts(end)
        ? Html.Of($"<text x=\"{scale.End}%\" dx=\"2\" y=\"27\">→</text>")
        : Html.Of($"<circle cx=\"{scale.At(end)}%\" cy=\"{Lane + (LaneHeight / 2)}\" r=\"3.5\"/>");

    private static Html Segment(Segment segment, TimeScale scale)
    {
        double from = scale.At(segment.From);
        double width = Math.Max(scale.At(segment.To) - from, LeastWidth);
        RestartPhase phase = segment.Phase;
        string style = segment.Failed ? "p-failed" : PhaseStyle.Class(phase.Kind);
        string failed = segment.Failed ? "; failed here" : "";
        string detail = phase.Detail.Length == 0 ? "" : $" ({phase.Detail})";
        Html rectangle = Html.Of($"""
            <g><rect class="{style}" x="{from}%" y="{Top}" width="{width}%" height="{Height}"/>
            {Hatching(segment, scale, from, width)}
            <title>{phase.Name}: {Wording.Of(phase.Duration)}, from {Wording.Of(segment.From)} on{failed}{detail}</title></g>
            """);
        return Html.Of($"{rectangle}{Label(phase, from, width, segment.Failed)}{Cut(segment, scale)}");
    }

    private static Html Hatching(Segment segment, TimeScale scale, double from, double width)
    {
        if (!segment.Failed)
        {
            return Html.None;
        }

        string text = scale.Cuts(segment.To)
            ? $"{segment.Phase.Name}, {Wording.Of(segment.Phase.Duration)}"
            : segment.Phase.Name;
        Html name = from + width > MaxForText ? Html.None : Html.Of($"""<tspan class="name" dx="4">{text}</tspan>""");
        return Html.Of($"""
            <rect class="hatched" fill="url(#hatch)" x="{from}%" y="{Top}" width="{width}%" height="{Height}"/>
            <text class="cross" x="{from + width}%" dx="5" y="16">✕{name}</text>
            """);
    }

    private static Html Label(RestartPhase phase, double from, double width, bool failed)
    {
        string style = PhaseStyle.Class(phase.Kind);
        return failed || width < (phase.Name.Length + 2) * Letter
            ? Html.None
            : Html.Of($"""<text class="label {style}" x="{from + (width / 2)}%" y="15">{phase.Name}</text>""");
    }

    /// <summary>Marks a phase that goes on beyond the axis, with its time.</summary>
    private static Html Cut(Segment segment, TimeScale scale)
    {
        if (!scale.Cuts(segment.To) || scale.Cuts(segment.From))
        {
            return Html.None;
        }

        Html time = segment.Failed
            ? Html.None
            : Html.Of($"""<text class="beyond" x="{scale.End}%" dx="-4" y="15">{Wording.Of(segment.To)}</text>""");
        return Html.Of($"""
            <line class="tear" x1="{scale.End - TearAt}%" x2="{scale.End - TearAt + 1}%" y1="{Top + Height + 1}" y2="{Top - 1}"/>
            {time}
            """);
    }

    private static Html Serves(Timeline restart, TimelineAxes axes)
    {
        if (!restart.Served)
        {
            return Html.None;
        }

        double at = axes.Before.At(restart.BeforeLength);
        return Html.Of($"""
            <g class="serves"><line x1="{at}%" x2="{at}%" y1="0" y2="26"/>
            <title>The successor serves: {Wording.Of(restart.BeforeLength)} after the request</title></g>
            """);
    }

    private static Html Grid(TimelineAxes axes) => Html.Join(axes.All.SelectMany(scale => scale.Marks.Select(m =>
        Html.Of($"<line class=\"grid\" x1=\"{scale.At(m)}%\" x2=\"{scale.At(m)}%\" y1=\"0\" y2=\"26\"/>"))));

    private static Html Marks(TimeScale scale) => Html.Join(scale.Marks.Select(m => Mark(m, scale)));

    private static Html Mark(TimeSpan at, TimeScale scale)
    {
        Html style = at == TimeSpan.Zero ? Html.Of($" class=\"first\"") : Html.None;
        string text = at == TimeSpan.Zero ? "0" : Wording.Of(at).Replace(".0 ", " ", StringComparison.Ordinal);
        return Html.Of($"<text x=\"{scale.At(at)}%\" y=\"13\"{style}>{text}</text>");
    }
}
