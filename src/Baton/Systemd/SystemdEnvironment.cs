using System.Globalization;
using Baton.Interop;
using Baton.Processes;
using Microsoft.Extensions.Logging;

namespace Baton.Systemd;

/// <summary>
/// What systemd told this process by its environment, taken from there in its first moments: the host's own notifier must not
/// find it, since its <c>STOPPING=1</c> after a handover would end the service, nor other programs that this process starts.
/// Successors get it with the command that starts them.
/// </summary>
/// <param name="Command">How a successor is started, with what it needs to be the service.</param>
/// <param name="Socket">Where to send news; null for nowhere.</param>
/// <param name="WatchdogInterval">How often a sign of life is due; null for never.</param>
internal sealed record SystemdEnvironment(StartCommand Command, NotifySocket? Socket, TimeSpan? WatchdogInterval)
{
    private static readonly string[] PidVariables = [SystemdVariable.ListenPid, SystemdVariable.ExecPid];

    internal static SystemdEnvironment Take(StartCommand command, ILogger logger)
    {
        if (!Platform.HandoverSupported || Take(SystemdVariable.NotifySocket) is not { Length: > 0 } address)
        {
            return new SystemdEnvironment(command, Socket: null, WatchdogInterval: null);
        }

        NotifySocket? socket = NotifySocket.Parse(address, out string problem);
        if (socket is null)
        {
            logger.NotifySocketIgnored(address, problem);
        }

        TimeSpan? interval = Watchdog.Interval(Take(SystemdVariable.WatchdogUsec), Take(SystemdVariable.WatchdogPid));

        // It names the first process. Without it whoever is in charge is meant.
        return new SystemdEnvironment(
            interval is null ? command : command.Without(SystemdVariable.WatchdogPid), socket, socket is null ? null : interval);
    }

    /// <summary>As a successor: what names the predecessor names this process now.</summary>
    /// <param name="command">How the next successor is started.</param>
    /// <param name="predecessor">The process that this one takes over from; null for none.</param>
    /// <returns>The same for the next successor.</returns>
    internal static StartCommand Succeed(StartCommand command, int? predecessor)
    {
        if (predecessor is null)
        {
            return command;
        }

        string own = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        foreach (string variable in PidVariables)
        {
            if (command.Environment.GetValueOrDefault(variable) == predecessor.Value.ToString(CultureInfo.InvariantCulture))
            {
                Environment.SetEnvironmentVariable(variable, own);
                command = command.With(variable, own);
            }
        }

        return command;
    }

    private static string? Take(string variable)
    {
        string? value = Environment.GetEnvironmentVariable(variable);
        Environment.SetEnvironmentVariable(variable, null);
        return value;
    }
}
