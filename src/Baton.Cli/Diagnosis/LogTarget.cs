using System.Globalization;
using System.Text;
using Baton.Interop;

namespace Baton.Cli.Diagnosis;

/// <summary>Where one output of a process goes.</summary>
/// <param name="Stream"><c>stdout</c> or <c>stderr</c>.</param>
/// <param name="Kind">One of <c>file</c>, <c>journal</c>, <c>terminal</c>, <c>pipe</c>, <c>socket</c>, <c>null</c>.</param>
/// <param name="Path">The file or terminal; empty for the others.</param>
internal sealed record LogTarget(string Stream, string Kind, string Path)
{
    private const int MostBytes = 1024 * 1024;

    /// <summary>The command that shows what was written; empty if nothing kept it.</summary>
    internal string Command { get; private init; } = "";

    internal string Explanation => Kind switch
    {
        "file" => Path,
        "journal" => "the journal",
        "terminal" => $"the terminal {Path}, which keeps nothing",
        "null" => "thrown away (/dev/null)",
        "pipe" => "another process, by a pipe: the supervisor, container engine or shell that started the service",
        _ => "another process, by a socket",
    };

    /// <summary>None if the process belongs to another user.</summary>
    internal static IReadOnlyList<LogTarget> Of(CliEnvironment environment, int pid) =>
        [.. new[] { Of(environment, pid, 1, "stdout"), Of(environment, pid, 2, "stderr") }.OfType<LogTarget>()];

    /// <summary>The last lines of the file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Nor may it.</exception>
    internal IReadOnlyList<string> LastLines(int most)
    {
        using var file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        bool isWhole = file.Length <= MostBytes;
        _ = file.Seek(isWhole ? 0 : -MostBytes, isWhole ? SeekOrigin.Begin : SeekOrigin.End);
        using var reader = new StreamReader(file, Encoding.UTF8);
        string[] lines = reader.ReadToEnd().TrimEnd('\n').Split('\n');

        // The first line may have lost its beginning.
        return [.. (isWhole ? lines : lines.Skip(1)).TakeLast(most)];
    }

    private static LogTarget? Of(CliEnvironment environment, int pid, int descriptor, string stream)
    {
        string link = System.IO.Path.Join(
            environment.Root, string.Create(CultureInfo.InvariantCulture, $"proc/{pid}/fd/{descriptor}"));
        string? target;
        try
        {
            target = new FileInfo(link).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another user's process.
            return null;
        }

        return target switch
        {
            null => null,
            "/dev/null" => new LogTarget(stream, "null", ""),
            _ when target.StartsWith("/dev/", StringComparison.Ordinal) => new LogTarget(stream, "terminal", target),
            // A FIFO's lines are for its reader.
            ['/', ..] when PlainFile.WhatElse(target) is not null => new LogTarget(stream, "pipe", ""),
            ['/', ..] => new LogTarget(stream, "file", target) { Command = $"tail -n 50 {target}" },
            _ when target.StartsWith("pipe:", StringComparison.Ordinal) => new LogTarget(stream, "pipe", ""),
            _ => SystemdUnit.Of(environment, pid) is { } unit
                ? new LogTarget(stream, "journal", "") { Command = unit.Journal }
                : new LogTarget(stream, "socket", ""),
        };
    }
}
