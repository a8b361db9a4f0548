using Spectre.Console;
using Spectre.Console.Rendering;

namespace Baton.Cli.Output;

/// <summary>A table without rules: a heading, and columns separated by two blanks.</summary>
internal sealed class Grid
{
    private readonly Table _table = new() { Border = TableBorder.None, ShowHeaders = true };

    /// <param name="columns">Headings. One that begins with <c>&gt;</c> is aligned to the right, for numbers.</param>
    internal Grid(params ReadOnlySpan<string> columns)
    {
        for (int i = 0; i < columns.Length; i++)
        {
            bool isRight = columns[i].StartsWith('>');
            _ = _table.AddColumn(new TableColumn(new StyledText(columns[i].TrimStart('>'), StyledText.Dim).ToParagraph())
            {
                Alignment = isRight ? Justify.Right : Justify.Left,
                Padding = new Padding(0, 0, i == columns.Length - 1 ? 0 : 2, 0),
            });
        }
    }

    internal void Add(params ReadOnlySpan<StyledText> cells)
    {
        var row = new List<IRenderable>();
        foreach (StyledText cell in cells)
        {
            row.Add(cell.ToParagraph());
        }

        _ = _table.AddRow(row);
    }

    internal IRenderable Indented(int columns) => new Padder(_table, new Padding(columns, 0, 0, 0));
}
