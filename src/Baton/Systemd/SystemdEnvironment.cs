using System.Globalization;
using Baton.Interop;
using Baton.Processes;
using Microsoft.Extensions.Logging;

namespace Baton.Systemd;

/// <summary>
/// The variables of systemd, removed from this process's environment in its first moments. The host's own notifier must not find
/// them, since its <c>STOPPING=1</c> after a handover would end the service; nor must other programs that this process starts.
/// Successors get them with their start command.
/// </summary>
/// <param name="Command">The start command of a successor, with the variables.</param>
/// <param name="Socket">The address of systemd; null for none.</param>
/// <param name="WatchdogInterval">The interval of the watchdog messages; null for none.</param>
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

        // It names the first process. Without it the watchdog is meant for the process in charge.
        return new SystemdEnvironment(
            interval is null ? command : command.Without(SystemdVariable.WatchdogPid), socket, socket is null ? null : interval);
    }

    /// <summary>For a successor: variables that name the predecessor name this process now.</summary>
    /// <param name="command">The start command of the next successor.</param>
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
