using Spectre.Console;

namespace Baton.Bench.Results;

/// <summary>The results for people.</summary>
internal static class ResultTable
{
    /// <summary>Wide enough that no line of a redirected table is broken.</summary>
    private const int WidthWhenRedirected = 220;

    public static void Write(IEnumerable<Measurement> measurements)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings());
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = WidthWhenRedirected;
            console.Profile.Capabilities.Ansi = false;
        }

        Table table = new() { Border = TableBorder.Simple, UseSafeBorder = true };
        table.AddColumns([.. ResultRow.Titles]);
        foreach (Measurement measurement in measurements)
        {
            table.AddRow(ResultRow.Cells(measurement).Select(cell => new Text(cell, Colour(measurement))));
        }

        console.Write(table);
    }

    private static Style Colour(Measurement measurement) => measurement.Passed == false ? new Style(Color.Red) : Style.Plain;
}
