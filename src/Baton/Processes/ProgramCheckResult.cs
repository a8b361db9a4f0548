using System.Globalization;

namespace Baton.Processes;

/// <summary>Why a check ended.</summary>
internal enum CheckEnd
{
    /// <summary>The program ended.</summary>
    Exited,

    /// <summary>It exceeded the limit and was killed.</summary>
    TimedOut,

    /// <summary>Its result was no longer needed, and it was killed.</summary>
    Killed,
}

/// <summary>The result of a check.</summary>
/// <param name="What">The program and its arguments as text.</param>
/// <param name="Status">Its exit status.</param>
/// <param name="End">What ended it.</param>
/// <param name="Output">The end of its output, one or more lines, safe to show.</param>
/// <param name="Duration">From its start to its end.</param>
internal sealed record ProgramCheckResult(string What, ExitStatus Status, CheckEnd End, string Output, TimeSpan Duration)
{
    internal bool Passed => End == CheckEnd.Exited && Status.Code == 0;

    /// <summary>
    /// The result as one line: <c>the check of App with --check exited with code 3 after 120 ms: no such table</c>.
    /// </summary>
    public override string ToString()
    {
        string ended = End switch
        {
            CheckEnd.TimedOut => "did not end in time and was killed",
            CheckEnd.Killed => "was killed",
            _ => Status.ToString(),
        };
        string output = Output.Length == 0 ? "it wrote nothing" : Output.Replace("\n", " | ", StringComparison.Ordinal);
        return string.Create(
            CultureInfo.InvariantCulture, $"the check of {What} {ended} after {Duration.TotalMilliseconds:0} ms: {output}");
    }
}
