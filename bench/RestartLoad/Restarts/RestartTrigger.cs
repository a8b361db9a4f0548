using System.Diagnostics;
using System.Globalization;

namespace RestartLoad.Restarts;

/// <summary>
/// How to ask the service for a restart: a signal, or a command in which <c>{pid}</c> stands for the serving process.
/// </summary>
internal sealed class RestartTrigger(int signal, string? command)
{
    public async Task PullAsync(int pid, CancellationToken cancellation)
    {
        if (command is null)
        {
            Signals.Send(pid, signal);
            return;
        }

        string line = command.Replace("{pid}", pid.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        ProcessStartInfo shell = new("/bin/sh", ["-c", line])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(shell) ?? throw new InvalidOperationException("/bin/sh did not start.");
        Task<string> error = process.StandardError.ReadToEndAsync(cancellation);
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        if (process.ExitCode != 0)
        {
            string said = $"{await output}{await error}".Trim();
            throw new InvalidOperationException($"The trigger '{line}' ended with {process.ExitCode}: {said}");
        }
    }
}
