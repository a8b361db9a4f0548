using Baton.Cli.Output;
using Baton.Control;

namespace Baton.Cli.Operations;

/// <summary>How much of what was open is done, and what time is left for the rest.</summary>
internal sealed class DrainBar(bool isUnicode)
{
    private const int Cells = 10;
    private int _most;

    internal ControlAnswer.Drain? Last { get; private set; }

    internal void Hear(ControlAnswer.Drain drain)
    {
        Last = drain;
        _most = Math.Max(_most, Open(drain));
    }

    /// <param name="since">Since the drain began: it is heard of about each second, and drawn more often.</param>
    /// <returns>Empty as long as nothing drains.</returns>
    internal string Words(TimeSpan since)
    {
        if (Last is not { } last)
        {
            return "";
        }

        int done = _most == 0 ? Cells : (int)((_most - Open(last)) * (double)Cells / _most);
        string bar = new string(isUnicode ? '█' : '#', done) + new string(isUnicode ? '░' : '.', Cells - done);
        string left = last.Limit is { } limit ? $", {Wording.Of(limit - since)} left" : "";
        return $"{bar}  {StoryWords.OpenWork(last.Generation)}{left}";
    }

    private static int Open(ControlAnswer.Drain drain) => drain.Generation.RequestCount + drain.Generation.Connections.Values.Sum();
}
