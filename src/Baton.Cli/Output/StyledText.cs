using Baton.Processes;
using Spectre.Console;

namespace Baton.Cli.Output;

/// <summary>
/// The only way to put text on a screen. It never uses Spectre's markup, where a service's name could be a command. It makes
/// control characters visible, so that a path or a reason cannot move the reader's cursor.
/// </summary>
internal readonly record struct StyledText(string Text, Style? Style = null)
{
    private const int MaxLength = 16 * 1024;

    internal static Style Good { get; } = new(Color.Green);

    internal static Style Bad { get; } = new(Color.Red);

    internal static Style Attention { get; } = new(Color.Yellow);

    internal static Style Dim { get; } = new(decoration: Decoration.Dim);

    internal static Style Strong { get; } = new(decoration: Decoration.Bold);

    internal string Safe => Printable.Line(Text, MaxLength);

    public static implicit operator StyledText(string text) => new(text);

    internal static StyledText Of(ProcessState state) => new(state.ToString(), state switch
    {
        ProcessState.Serving => Good,
        ProcessState.OnProbation or ProcessState.Restarting or ProcessState.Starting => Attention,
        ProcessState.HandedOver or ProcessState.Draining => Dim,
        _ => Bad,
    });

    internal Paragraph ToParagraph() => new Paragraph().Append(Safe, Style);

    /// <summary>The pieces as one paragraph.</summary>
    internal static Paragraph Join(params ReadOnlySpan<StyledText> pieces)
    {
        var paragraph = new Paragraph();
        foreach (StyledText piece in pieces)
        {
            _ = paragraph.Append(piece.Safe, piece.Style);
        }

        return paragraph;
    }
}
