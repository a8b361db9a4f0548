namespace Baton.Processes;

/// <summary>The names of systemd's variables for a service (systemd.exec(5)).</summary>
internal static class SystemdVariable
{
    internal const string NotifySocket = "NOTIFY_SOCKET";
    internal const string WatchdogUsec = "WATCHDOG_USEC";
    internal const string WatchdogPid = "WATCHDOG_PID";
    internal const string ListenPid = "LISTEN_PID";
    internal const string ListenFds = "LISTEN_FDS";
    internal const string ListenFdNames = "LISTEN_FDNAMES";

    /// <summary>
    /// Since version 248. With it the host's <c>UseSystemd()</c> and journal format recognize a systemd service.
    /// </summary>
    internal const string ExecPid = "SYSTEMD_EXEC_PID";

    /// <summary>Variables not for a process that gets no listeners.</summary>
    internal static bool IsAboutListeners(string name) => name is ListenPid or ListenFds or ListenFdNames;

    /// <summary>
    /// Variables not for a process that does not replace the service: systemd would take its messages for the service's.
    /// </summary>
    internal static bool IsAboutTheService(string name) =>
        name is NotifySocket or WatchdogUsec or WatchdogPid or ExecPid || IsAboutListeners(name);
}
