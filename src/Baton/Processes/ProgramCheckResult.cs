using System.Globalization;

namespace Baton.Processes;

/// <summary>Why a check came to its end.</summary>
internal enum CheckEnd
{
    /// <summary>By itself.</summary>
    Exited,

    /// <summary>It took too long and was killed.</summary>
    TimedOut,

    /// <summary>It was no longer wanted and was killed.</summary>
    Killed,
}

/// <summary>How a check went.</summary>
/// <param name="What">The program and its arguments, for people.</param>
/// <param name="Status">Its exit status.</param>
/// <param name="End">What ended it.</param>
/// <param name="Output">The last that it wrote, one or more lines, safe to show.</param>
/// <param name="Duration">From its start to its end.</param>
internal sealed record ProgramCheckResult(string What, ExitStatus Status, CheckEnd End, string Output, TimeSpan Duration)
{
    internal bool Passed => End == CheckEnd.Exited && Status.Code == 0;

    /// <summary>
    /// One line that says what happened: <c>the check of App with --check exited with code 3 after 120 ms: no such table</c>.
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
