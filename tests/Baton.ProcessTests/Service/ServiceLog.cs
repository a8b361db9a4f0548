using System.Text.RegularExpressions;

namespace Baton.ProcessTests.Service;

/// <summary>What all generations of one service have written, line by line as it came.</summary>
internal sealed class ServiceLog
{
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];
    private Task _ended = Task.CompletedTask;
    private TaskCompletionSource _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How many lines there are: later ones are those that come after this moment.</summary>
    internal int Length
    {
        get
        {
            lock (_lock)
            {
                return _lines.Count;
            }
        }
    }

    /// <summary>The lines that are there and match.</summary>
    internal IReadOnlyList<Match> All(string pattern, int after = 0)
    {
        lock (_lock)
        {
            return [.. _lines.Skip(after).Select(line => Regex.Match(line, pattern)).Where(m => m.Success)];
        }
    }

    /// <summary>The first line that matches, once it is there. Fails when no process is left that could write it.</summary>
    internal async Task<Match> FirstAsync(string pattern, int after = 0)
    {
        while (true)
        {
            // In this order: what comes after the first is seen by the last.
            bool ended = _ended.IsCompleted;
            Task grown;
            lock (_lock)
            {
                grown = _grown.Task;
            }

            if (All(pattern, after) is [Match first, ..])
            {
                return first;
            }

            Assert.False(ended, $"All processes ended without a log line with {pattern}");
            await Task.WhenAny(grown, _ended).InTime($"a log line with {pattern}");
        }
    }

    /// <summary>Reads what the processes write, until the last of them has ended.</summary>
    internal void Read(params IEnumerable<StreamReader> outputs) => _ended = Task.WhenAll(outputs.Select(ReadAsync));

    public override string ToString()
    {
        lock (_lock)
        {
            return string.Join('\n', _lines);
        }
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            TaskCompletionSource grown;
            lock (_lock)
            {
                _lines.Add(line);
                (grown, _grown) = (_grown, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            }

            grown.SetResult();
        }
    }
}
