using System.Globalization;

namespace Baton.ProcessTests.Service;

/// <summary>One line of an exclusive service: when it worked, in which process and term.</summary>
internal readonly record struct Tick(long Time, int Pid, long Term);

/// <summary>The file to which exclusive services append that they work.</summary>
internal sealed class TickLog(string file)
{
    /// <summary>How often a process that lives appends, at the least. The file is the test's: a line that is cut short is not read.</summary>
    internal IReadOnlyList<Tick> Read()
    {
        if (!File.Exists(file))
        {
            return [];
        }

        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        string text = new StreamReader(stream).ReadToEnd();
        return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];
    }

    /// <summary>Waits until a process works, from now on.</summary>
    internal Task WorksAsync(int pid)
    {
        int before = Read().Count;
        return Deadline.UntilAsync(() => Read().Skip(before).Any(t => t.Pid == pid), $"process {pid} ticks");
    }

    /// <summary>Waits until some process works, from now on.</summary>
    internal async Task<int> SomebodyWorksAsync()
    {
        int before = Read().Count;
        await Deadline.UntilAsync(() => Read().Count > before, "somebody ticks");
        return Read()[^1].Pid;
    }

    /// <summary>
    /// No two processes have ever worked at the same time: in the order in which the kernel took the lines the term never falls, and
    /// none has lines of two processes, or comes back.
    /// </summary>
    internal IReadOnlyList<Tick> AssertNoOverlap()
    {
        IReadOnlyList<Tick> ticks = Read();
        Assert.NotEmpty(ticks);
        for (int i = 1; i < ticks.Count; i++)
        {
            (Tick before, Tick after) = (ticks[i - 1], ticks[i]);
            bool isRight = before.Pid == after.Pid ? after.Term >= before.Term : after.Term > before.Term;
            Assert.True(isRight, $"line {i + 1}: {after} comes after {before}");
        }

        return ticks;
    }

    private static Tick Parse(string line) => line.Split(' ') is [var time, var pid, var term]
        ? new Tick(
            long.Parse(time, CultureInfo.InvariantCulture), int.Parse(pid, CultureInfo.InvariantCulture), long.Parse(term, CultureInfo.InvariantCulture))
        : throw new FormatException($"Not a tick: \"{line}\"");
}
