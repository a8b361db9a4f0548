namespace Baton.Processes;

/// <summary>What systemd tells a service by its environment (systemd.exec(5)), by name.</summary>
internal static class SystemdVariable
{
    internal const string NotifySocket = "NOTIFY_SOCKET";
    internal const string WatchdogUsec = "WATCHDOG_USEC";
    internal const string WatchdogPid = "WATCHDOG_PID";
    internal const string ListenPid = "LISTEN_PID";
    internal const string ListenFds = "LISTEN_FDS";
    internal const string ListenFdNames = "LISTEN_FDNAMES";

    /// <summary>
    /// Since version 248; what makes the host's own <c>UseSystemd()</c> and its journal format believe that they run in a
    /// service.
    /// </summary>
    internal const string ExecPid = "SYSTEMD_EXEC_PID";

    /// <summary>Not for a process that gets no listeners.</summary>
    internal static bool IsAboutListeners(string name) => name is ListenPid or ListenFds or ListenFdNames;

    /// <summary>
    /// Not for a process that does not take the service's place: what it told systemd would count as the service's word.
    /// </summary>
    internal static bool IsAboutTheService(string name) =>
        name is NotifySocket or WatchdogUsec or WatchdogPid or ExecPid || IsAboutListeners(name);
}
