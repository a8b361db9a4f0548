using Baton.Processes;
using Spectre.Console;

namespace Baton.Cli.Output;

/// <summary>
/// The only way words get onto a screen. Never by Spectre's markup, in which a service's name could be a command; and always with control characters made
/// visible, so that a path or a reason can't move the reader's cursor.
/// </summary>
internal readonly record struct Ink(string Words, Style? Style = null)
{
    private const int LongestWords = 16 * 1024;

    internal static Style Good { get; } = new(Color.Green);

    internal static Style Bad { get; } = new(Color.Red);

    internal static Style Attention { get; } = new(Color.Yellow);

    internal static Style Dim { get; } = new(decoration: Decoration.Dim);

    internal static Style Strong { get; } = new(decoration: Decoration.Bold);

    internal string Safe => Printable.Line(Words, LongestWords);

    public static implicit operator Ink(string words) => new(words);

    internal static Ink Of(ProcessState state) => new(state.ToString(), state switch
    {
        ProcessState.Serving => Good,
        ProcessState.OnProbation or ProcessState.Restarting or ProcessState.Starting => Attention,
        ProcessState.HandedOver or ProcessState.Draining => Dim,
        _ => Bad,
    });

    internal Paragraph ToParagraph() => new Paragraph().Append(Safe, Style);

    /// <summary>Pieces one after the other.</summary>
    internal static Paragraph Join(params ReadOnlySpan<Ink> pieces)
    {
        var paragraph = new Paragraph();
        foreach (Ink piece in pieces)
        {
            _ = paragraph.Append(piece.Safe, piece.Style);
        }

        return paragraph;
    }
}
