using System.Globalization;

namespace Baton.Processes;

/// <summary>
/// Makes the kernel end this process first where memory is short, while another one serves: <c>oom_score_adj</c> of proc(5).
/// Otherwise it would choose the predecessor, which is larger. Processes that this one starts meanwhile keep the raised value.
/// </summary>
internal sealed class OomScore(string file = "/proc/self/oom_score_adj")
{
    /// <summary>OOM_SCORE_ADJ_MAX.</summary>
    internal const int First = 1000;

    private string? _before;

    /// <summary>Does nothing where the kernel does not allow it.</summary>
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
            // /proc is missing or read-only: the kernel chooses as without Baton.
        }
    }

    /// <summary>Restores the service's value. This needs no privilege, since the value never goes below it.</summary>
    /// <returns>The error; null for none.</returns>
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

    // One write of the number without a byte order mark.
    private void Write(string value)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        stream.Write(System.Text.Encoding.ASCII.GetBytes(value));
    }
}
