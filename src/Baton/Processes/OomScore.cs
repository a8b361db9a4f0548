using System.Globalization;

namespace Baton.Processes;

/// <summary>
/// Makes this process the first that the kernel ends where memory is short, as long as another one serves: <c>oom_score_adj</c>
/// of proc(5). Without it the kernel would choose the predecessor, which is larger. Processes that this one starts meanwhile keep
/// the raised value.
/// </summary>
internal sealed class OomScore(string file = "/proc/self/oom_score_adj")
{
    /// <summary>OOM_SCORE_ADJ_MAX.</summary>
    internal const int First = 1000;

    private string? _before;

    /// <summary>Does nothing where the kernel does not allow it: the start goes on.</summary>
    internal void Raise()
    {
        try
        {
            string before = File.ReadAllText(file).Trim();
            if (before != First.ToString(CultureInfo.InvariantCulture))
            {
                Write(First.ToString(CultureInfo.InvariantCulture));
                _before = before;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No /proc, or one that can't be written to: the kernel chooses as it would without Baton.
        }
    }

    /// <summary>Sets it back to what the service had. Needs no privilege: lower than that was never asked.</summary>
    /// <returns>What went wrong; null for nothing.</returns>
    internal string? Restore()
    {
        if (Interlocked.Exchange(ref _before, null) is not { } before)
        {
            return null;
        }

        try
        {
            Write(before);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    // One write of the number, without what an encoding would put before it.
    private void Write(string value)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        stream.Write(System.Text.Encoding.ASCII.GetBytes(value));
    }
}
