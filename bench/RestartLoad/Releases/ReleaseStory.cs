using System.Globalization;
using System.Text.RegularExpressions;

namespace RestartLoad.Releases;

/// <summary>What the service's log tells of one restart: who was started, how it ended, and in which words.</summary>
internal sealed partial class ReleaseStory(int predecessor)
{
    private readonly List<string> _said = [];

    public int? Successor { get; private set; }

    public ReleaseOutcome Outcome { get; private set; }

    /// <summary>Whether nothing more will be said of it that could be taken for the next restart's.</summary>
    public bool IsOver { get; private set; }

    /// <summary>The lines that decided.</summary>
    public IReadOnlyList<string> Said => _said;

    /// <summary>The last line heard, for a story without an end.</summary>
    public string Last { get; private set; } = "nothing";

    public void Hear(LogEntry entry)
    {
        Last = entry.Message;
        switch (entry.Id)
        {
            case 200 or 405:
                Successor = PidIn(entry.Message) ?? Successor;
                break;
            case 402:
                Settle(ReleaseOutcome.IsRefused, entry, isOver: true);
                break;
            case 409:
                // Its report follows, when the successor's exit status is known.
                Settle(ReleaseOutcome.RollsBack, entry, isOver: false);
                break;
            case 404 when Outcome == ReleaseOutcome.RollsBack:
                IsOver = true;
                break;
            case 404:
                Settle(ReleaseOutcome.BacksOut, entry, isOver: true);
                break;
            case 400 when PidOfServing(entry.Message) is { } serving && serving != predecessor:
                Successor = serving;
                Settle(ReleaseOutcome.Serves, entry, isOver: true);
                break;
        }

        if (entry.Id == 405)
        {
            _said.Add(entry.Message);
        }
    }

    private void Settle(ReleaseOutcome outcome, LogEntry entry, bool isOver)
    {
        (Outcome, IsOver) = (outcome, isOver);
        _said.Add(entry.Message);
    }

    private static int? PidIn(string message) => Successors().Match(message) is { Success: true } match ? Number(match.Groups[1]) : null;

    private static int? PidOfServing(string message) => Serving().Match(message) is { Success: true } match ? Number(match.Groups[1]) : null;

    private static int Number(Group digits) => int.Parse(digits.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?:Started successor|Handed over to process) (\d{1,9})")]
    private static partial Regex Successors();

    // Without a probation a successor goes there directly.
    [GeneratedRegex(@"^Process (\d{1,9}), generation \d+: (?:OnProbation|Starting) -> Serving$")]
    private static partial Regex Serving();
}
