using System.Collections.Concurrent;

namespace Baton.Cli.Running;

/// <summary>What a process is for a service.</summary>
internal enum Role
{
    /// <summary>None of its generations.</summary>
    None,

    /// <summary>An older generation that finishes its work.</summary>
    Older,

    /// <summary>The predecessor of the process in charge, or its successor that starts: either may take over.</summary>
    Candidate,

    /// <summary>The process in charge.</summary>
    Main,
}

/// <summary>The living processes of a service, by their pids. Only <see cref="NumberOf"/> is for any thread.</summary>
/// <param name="lives">Whether a process exists. One that its own parent has collected is not reported here.</param>
internal sealed class Generations(Func<int, bool> lives)
{
    private readonly ConcurrentDictionary<int, int> _numbers = [];
    private int? _predecessor;
    private int? _successor;

    /// <summary>The process in charge; null while there is none.</summary>
    internal int? Main { get; private set; }

    /// <summary>Those that may take over from the process in charge.</summary>
    internal IReadOnlyList<int> Candidates => [.. new[] { _successor, _predecessor }.OfType<int>().Where(lives)];

    internal IReadOnlyList<int> All
    {
        get
        {
            foreach (int gone in _numbers.Keys.Where(pid => !lives(pid)).ToArray())
            {
                _ = _numbers.TryRemove(gone, out _);
            }

            return [.. _numbers.Keys];
        }
    }

    /// <summary>The number of a generation; null for a process that is none.</summary>
    internal int? NumberOf(int pid) => _numbers.TryGetValue(pid, out int number) ? number : null;

    /// <summary>The service begins anew, with this process.</summary>
    internal void Begin(int pid)
    {
        (Main, _predecessor, _successor) = (pid, null, null);
        _numbers[pid] = 1;
    }

    /// <summary>The process in charge is another one of the same generation: the child of what was started.</summary>
    internal void Replace(int pid)
    {
        Main = pid;
        _numbers[pid] = 1;
    }

    internal void AddSuccessor(int pid, int number)
    {
        _successor = pid;
        _numbers[pid] = number;
    }

    internal void TakeOver(int pid)
    {
        _predecessor = Main;
        _successor = _successor == pid ? null : _successor;
        _ = _numbers.TryAdd(pid, (Main is { } old ? _numbers.GetValueOrDefault(old) : 0) + 1);
        Main = pid;
    }

    /// <summary>The process can no longer take over: it only finishes its work.</summary>
    internal void RuleOut(int pid) => _predecessor = _predecessor == pid ? null : _predecessor;

    /// <summary>A process has ended.</summary>
    /// <returns>What it was.</returns>
    internal Role Remove(int pid)
    {
        Role role = !_numbers.TryRemove(pid, out _) ? Role.None
            : pid == Main ? Role.Main
            : pid == _predecessor || pid == _successor ? Role.Candidate
            : Role.Older;
        Main = Main == pid ? null : Main;
        _predecessor = _predecessor == pid ? null : _predecessor;
        _successor = _successor == pid ? null : _successor;
        return role;
    }
}
