using System.Diagnostics;

namespace RestartLoad.Tests.Servers;

/// <summary>
/// Real processes that do nothing, to be named in X-Pid: when the current one is killed the next is already there, as after a
/// restart.
/// </summary>
internal sealed class FakeGenerations : IDisposable
{
    private readonly List<Process> _started = [];
    private readonly Lock _gate = new();

    /// <summary>The process that serves; a new one as soon as the last has ended.</summary>
    public int CurrentPid
    {
        get
        {
            lock (_gate)
            {
                if (_started.Count == 0 || _started[^1].HasExited)
                {
                    _started.Add(Process.Start("sleep", "600"));
                }

                return _started[^1].Id;
            }
        }
    }

    public void Dispose()
    {
        foreach (Process process in _started)
        {
            process.Kill(); // Does nothing to one that has exited.
            process.Dispose();
        }
    }
}
