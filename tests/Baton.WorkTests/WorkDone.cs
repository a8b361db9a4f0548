using System.Diagnostics;
using System.Globalization;
using Baton.ProcessTests.Service;

namespace Baton.WorkTests;

/// <summary>What one process did.</summary>
/// <param name="Time">When, by the machine's own clock.</param>
/// <param name="Pid">Which process.</param>
/// <param name="Numbers">What it wrote; the last number is its term.</param>
internal sealed record Piece(long Time, int Pid, IReadOnlyList<long> Numbers)
{
    internal long Term => Numbers[^1];
}

/// <summary>What the processes of a service have done: the files of WorkService's WorkLog.</summary>
internal sealed class WorkDone : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    internal ServiceSetup Setup(string work, params IEnumerable<string> arguments) => new()
    {
        Command = [Path.Combine(TestBuild.UsualOf("WorkService"), "WorkService")],
        Arguments = ["--Work", work, "--Done", _directory.PathOf(""), .. arguments],
        Probation = TimeSpan.FromMilliseconds(300),
    };

    /// <summary>Waits until a process has done something, from now on.</summary>
    internal Task WorksAsync(int pid)
    {
        long before = Length(pid);
        return Deadline.UntilAsync(() => Length(pid) > before, $"work of process {pid}");
    }

    /// <summary>All of it, in the order of time. Only when no process of the service is left.</summary>
    internal IReadOnlyList<Piece> Read() =>
        [.. Directory.GetFiles(_directory.PathOf("")).SelectMany(Read).OrderBy(piece => piece.Time)];

    /// <summary>No two processes have worked at the same time, and with each change the term has risen.</summary>
    internal static void AssertOneAtATime(IReadOnlyList<Piece> pieces)
    {
        foreach ((Piece before, Piece after) in pieces.Zip(pieces.Skip(1)))
        {
            bool isRight = before.Pid == after.Pid ? before.Term <= after.Term : before.Term < after.Term;
            Assert.True(isRight, $"{after} comes after {before}");
        }
    }

    public void Dispose() => _directory.Dispose();

    private long Length(int pid)
    {
        var file = new FileInfo(_directory.PathOf(pid.ToString(CultureInfo.InvariantCulture)));
        return file.Exists ? file.Length : 0;
    }

    private static IEnumerable<Piece> Read(string file)
    {
        int pid = int.Parse(Path.GetFileName(file), CultureInfo.InvariantCulture);
        return File.ReadLines(file)
            .Select(line => line.Split(' ').Select(number => long.Parse(number, CultureInfo.InvariantCulture)).ToArray())
            .Select(numbers => new Piece(numbers[0], pid, numbers[1..]));
    }

    internal static double Milliseconds(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalMilliseconds;
}
