using System.Diagnostics;

namespace RestartLoad.Restarts;

/// <summary>
/// The service, when this program started it. It runs in a session of its own, so that everything it started can be found again
/// and a Ctrl-C in the terminal does not reach it; its output goes to a file, because successors inherit it and may outlive a
/// pipe's reader.
/// </summary>
internal sealed class ServiceProcess : IDisposable
{
    private readonly Process _process;

    private ServiceProcess(Process process, string logPath) => (_process, LogPath) = (process, logPath);

    public string LogPath { get; }

    public bool HasExited => _process.HasExited;

    public static ServiceProcess Start(IReadOnlyList<string> command, string logPath)
    {
        // Neither setsid(1) nor the shell forks here, both exec: the service keeps this pid, its arguments and its working
        // directory.
        const string Script = "log=$1; shift; exec \"$@\" >\"$log\" 2>&1";
        ProcessStartInfo start = new("setsid", ["sh", "-c", Script, "sh", logPath, .. command]) { RedirectStandardInput = true };
        Process process = Process.Start(start) ?? throw new InvalidOperationException("setsid did not start.");
        process.StandardInput.Close();
        return new ServiceProcess(process, logPath);
    }

    /// <summary>
    /// Asks the serving process to end, and kills what is left of the service after the limit. Returns what went wrong.
    /// </summary>
    /// <param name="servingPid">Learned from the answers; 0: there was none.</param>
    /// <param name="limit">How long the end may take.</param>
    public async Task<IReadOnlyList<string>> StopAsync(int servingPid, TimeSpan limit)
    {
        List<string> problems = [];
        ProcessIdentity? serving = ProcessIdentity.Find(servingPid == 0 ? _process.Id : servingPid);
        if (serving is null || serving.HasEnded())
        {
            problems.Add($"The service ({servingPid}) had ended before it was asked to.");
        }
        else
        {
            Signals.TrySend(serving.Pid, Signals.Terminate);
            if (!await EndsWithinAsync(serving, limit))
            {
                problems.Add($"The service ({serving.Pid}) had not ended {limit.TotalSeconds:0.#} s after SIGTERM.");
            }
        }

        foreach (ProcessIdentity left in ProcessIdentity.All().Where(one => one.Session == _process.Id && !one.IsZombie))
        {
            problems.Add($"Process {left.Pid} of the service was left over; it was killed.");
            Signals.TrySend(left.Pid, Signals.Kill);
        }

        return problems;
    }

    public void Dispose() => _process.Dispose();

    private static async Task<bool> EndsWithinAsync(ProcessIdentity process, TimeSpan limit)
    {
        using CancellationTokenSource deadline = new(limit);
        try
        {
            await process.WaitForEndAsync(deadline.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
