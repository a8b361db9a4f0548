namespace Baton.Configuration;

/// <summary>Finds the known key that is nearest to a mistyped one.</summary>
internal static class NearestKey
{
    internal static string To(string key, IEnumerable<string> keys) =>
        keys.MinBy(k => Distance(key.ToUpperInvariant(), k.ToUpperInvariant()))!;

    // Levenshtein distance: letters inserted, left out or replaced.
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 0; i < a.Length; i++)
        {
            int diagonal = row[0]++;
            for (int j = 0; j < b.Length; j++)
            {
                int replaced = diagonal + (a[i] == b[j] ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = Math.Min(replaced, Math.Min(row[j], row[j + 1]) + 1);
            }
        }

        return row[^1];
    }
}
