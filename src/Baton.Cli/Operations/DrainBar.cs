using Baton.Cli.Output;
using Baton.Control;

namespace Baton.Cli.Operations;

/// <summary>A progress bar for the drain: how much of the open work is done, and how much time is left.</summary>
internal sealed class DrainBar(bool isUnicode)
{
    private int _most;

    internal ControlAnswer.Drain? Last { get; private set; }

    internal void Update(ControlAnswer.Drain drain)
    {
        Last = drain;
        _most = Math.Max(_most, Open(drain));
    }

    /// <param name="since">The time since the drain began. The service reports about once a second; the bar is drawn more
    /// often.</param>
    /// <returns>Empty while nothing drains.</returns>
    internal string Render(TimeSpan since)
    {
        if (Last is not { } last)
        {
            return "";
        }

        string bar = ProgressBar.Of(isUnicode, _most == 0 ? 1 : (_most - Open(last)) / (double)_most);
        string left = last.Limit is { } limit ? $", {Wording.Of(limit - since)} left" : "";
        return $"{bar}  {ProgressText.OpenWork(last.Generation)}{left}";
    }

    private static int Open(ControlAnswer.Drain drain) =>
        drain.Generation.RequestCount + drain.Generation.Connections.Values.Sum();
}
