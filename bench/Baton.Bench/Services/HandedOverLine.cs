using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Baton.Bench.Services;

/// <summary>Learns from the predecessor's log that it has handed over: the only way that does not ask the successor.</summary>
internal static partial class HandedOverLine
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    /// <param name="output">Of all processes of the service.</param>
    /// <param name="linesBefore">Those are of earlier restarts.</param>
    /// <param name="limit">How long it is waited for.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The pid of the successor.</returns>
    public static async Task<int> SuccessorAsync(IEnumerable<string> output, int linesBefore, TimeSpan limit, CancellationToken cancellation)
    {
        long begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun) < limit)
        {
            if (output.Skip(linesBefore).Select(said => Pattern().Match(said)).FirstOrDefault(match => match.Success) is { } line)
            {
                return int.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture);
            }

            await Task.Delay(Pause, cancellation);
        }

        throw new BenchException($"The log does not say that it was handed over:{Environment.NewLine}{string.Join(Environment.NewLine, output.Skip(linesBefore))}");
    }

    // Log event 405.
    [GeneratedRegex(@"Handed over to process (\d+),")]
    private static partial Regex Pattern();
}
