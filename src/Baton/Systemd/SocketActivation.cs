using System.Globalization;
using Baton.Interop;
using Baton.Resources;
using Baton.Processes;
using Microsoft.Extensions.Logging;

namespace Baton.Systemd;

/// <summary>
/// The sockets that a first process gets from systemd (sd_listen_fds(3)): those of socket units, and those stored before a crash.
/// They become listeners of the registry, which owns the descriptors from then on.
/// </summary>
internal static class SocketActivation
{
    private const int FirstDescriptor = 3;
    private const int MostDescriptors = 4096;

    // The name that sd_listen_fds_with_names(3) gives to one without a name.
    private const string NoName = "unknown";

    /// <summary>Takes the sockets, if they are meant for this process.</summary>
    /// <returns>The command for a successor, without the sockets from the store. They are removed from this process's environment
    /// too.</returns>
    internal static StartCommand Take(StartCommand command, RunParent? run, ResourceRegistry listeners, ILogger logger)
    {
        if (!Platform.HandoverSupported || Variable(command, SystemdVariable.ListenFds) is not { } value)
        {
            return command;
        }

        // baton run does not know the pid of a process before it starts it, so it leaves the variable out.
        bool isOfRun = run is { IsParent: true };
        if (Variable(command, SystemdVariable.ListenPid) is null && isOfRun)
        {
            command = Set(command, SystemdVariable.ListenPid, Text(Environment.ProcessId));
        }

        if (Variable(command, SystemdVariable.ListenPid) != Text(Environment.ProcessId))
        {
            return command;
        }

        if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int count) || count > MostDescriptors)
        {
            logger.ActivationIgnored(SystemdVariable.ListenFds, value, "it is no number of sockets");
            return command;
        }

        string[] names = (Variable(command, SystemdVariable.ListenFdNames) ?? "").Split(':');
        string[] all = [.. Enumerable.Range(0, count).Select(i => i < names.Length && names[i].Length > 0 ? names[i] : NoName)];
        for (int i = 0; i < count; i++)
        {
            Take(FirstDescriptor + i, all[i], isOfRun ? "baton run" : "systemd", listeners, logger);
        }

        // systemd lists the sockets of units first, then the stored ones.
        int made = all.TakeWhile(name => FdName.KeyOf(name) is null).Count();
        return made < count ? Mention(command, all[..made]) : command;
    }

    private static void Take(int number, string name, string manager, ResourceRegistry listeners, ILogger logger)
    {
        if (Libc.fcntl(number, Libc.F_SETFD, Libc.FD_CLOEXEC) < 0)
        {
            logger.ActivationIgnored($"descriptor {number}", name, Libc.Describe(Libc.Errno));
        }
        else if (!Receives(number))
        {
            logger.ActivatedSocketLeft(number, name, manager);
        }
        else
        {
            ResourceKey key = FdName.KeyOf(name) ?? ResourceKey.OfActivated(number, name);
            listeners.Unclaimed.TakeFromSystemd(key, new Descriptor(number));
            logger.ActivatedSocketTaken(key.ToString(), manager);
        }
    }

    // Only a datagram socket needs no listen(2). A stream socket that does not listen is a connection (Accept=yes).
    private static bool Receives(int fd) => LocalSocket.TypeOf(fd) switch
    {
        Libc.SOCK_STREAM or Libc.SOCK_SEQPACKET => LocalSocket.Listens(fd),
        Libc.SOCK_DGRAM => true,
        _ => false,
    };

    private static StartCommand Mention(StartCommand command, string[] names)
    {
        return names.Length > 0
            ? Set(
                Set(command, SystemdVariable.ListenFds, Text(names.Length)),
                SystemdVariable.ListenFdNames,
                string.Join(':', names))
            : Set(
                Set(Set(command, SystemdVariable.ListenPid, null), SystemdVariable.ListenFds, null),
                SystemdVariable.ListenFdNames,
                null);
    }

    private static StartCommand Set(StartCommand command, string variable, string? value)
    {
        Environment.SetEnvironmentVariable(variable, value);
        return value is null ? command.Without(variable) : command.With(variable, value);
    }

    private static string? Variable(StartCommand command, string name) => command.Environment.GetValueOrDefault(name);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
