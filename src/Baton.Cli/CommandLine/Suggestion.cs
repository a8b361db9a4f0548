using System.CommandLine;

namespace Baton.Cli.CommandLine;

/// <summary>Finds the word that somebody meant who mistyped it.</summary>
internal static class Suggestion
{
    /// <summary>The nearest of the known words; null if none is near enough to be meant.</summary>
    internal static string? For(string word, IEnumerable<string> known) =>
        known.Select(k => (Word: k, Distance: Distance(word, k)))
            .Where(k => k.Distance <= Math.Max(1, Math.Min(word.Length, k.Word.Length) / 3))
            .OrderBy(k => k.Distance)
            .ThenBy(k => k.Word, StringComparer.Ordinal)
            .Select(k => k.Word)
            .FirstOrDefault();

    /// <summary>The words that a command takes: its commands, or its options and those of all commands.</summary>
    internal static IEnumerable<string> WordsOf(Command command, bool options) => options
        ? command.Options
            .Concat(command.Parents.OfType<Command>().SelectMany(p => p.Options).Where(o => o.Recursive))
            .Select(o => o.Name)
        : command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name);

    /// <summary>
    /// The number of letters to insert, remove, change or swap with their neighbour. Case does not count.
    /// </summary>
    private static int Distance(string from, string to)
    {
        (from, to) = (from.ToUpperInvariant(), to.ToUpperInvariant());
        int[,] cost = new int[from.Length + 1, to.Length + 1];
        for (int i = 0; i <= from.Length; i++)
        {
            for (int j = 0; j <= to.Length; j++)
            {
                cost[i, j] = i == 0 ? j : j == 0 ? i : Math.Min(
                    Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1,
                    cost[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                {
                    cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
                }
            }
        }

        return cost[from.Length, to.Length];
    }
}
