using Spectre.Console;
using Spectre.Console.Rendering;

namespace Baton.Cli.Output;

/// <summary>A table without lines: a heading, and columns two blanks apart.</summary>
internal sealed class Grid
{
    private readonly Table _table = new() { Border = TableBorder.None, ShowHeaders = true };

    /// <param name="columns">Headings; one that begins with <c>&gt;</c> is of numbers, flush right.</param>
    internal Grid(params ReadOnlySpan<string> columns)
    {
        for (int i = 0; i < columns.Length; i++)
        {
            bool isRight = columns[i].StartsWith('>');
            _ = _table.AddColumn(new TableColumn(new Ink(columns[i].TrimStart('>'), Ink.Dim).ToParagraph())
            {
                Alignment = isRight ? Justify.Right : Justify.Left,
                Padding = new Padding(0, 0, i == columns.Length - 1 ? 0 : 2, 0),
            });
        }
    }

    internal void Add(params ReadOnlySpan<Ink> cells)
    {
        var row = new List<IRenderable>();
        foreach (Ink cell in cells)
        {
            row.Add(cell.ToParagraph());
        }

        _ = _table.AddRow(row);
    }

    internal IRenderable Indented(int columns) => new Padder(_table, new Padding(columns, 0, 0, 0));
}
