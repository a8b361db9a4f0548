using System.Globalization;
using Baton.Interop;

namespace Baton.Handover;

/// <summary>
/// The address of the channel for a successor: <c>fd:pid</c> in the environment, the descriptor and the process that passed it.
/// Anybody can set a variable, so it is verified.
/// </summary>
internal static class HandoverAddress
{
    internal static string Format(int descriptor, int predecessor) =>
        string.Create(CultureInfo.InvariantCulture, $"{descriptor}:{predecessor}");

    /// <summary>Takes the descriptor if it is a connected unix stream socket, made by that process of our own user.</summary>
    /// <param name="value">The variable's value.</param>
    /// <param name="predecessor">The pid in it.</param>
    /// <param name="problem">The reason, as text, if the result is null.</param>
    internal static Descriptor? Open(string value, out int predecessor, out string problem)
    {
        predecessor = 0;
        string[] parts = value.Split(':');
        if (parts.Length != 2 || !Number(parts[0], out int fd) || !Number(parts[1], out predecessor) || fd < 3)
        {
            problem = "it does not have the form descriptor:pid";
            return null;
        }

        problem = Check(fd, predecessor);
        return problem.Length == 0 ? TakeOver(fd) : null;
    }

    private static bool Number(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static unsafe string Check(int fd, int pid)
    {
        if (Libc.fcntl(fd, Libc.F_GETFD, 0) < 0)
        {
            return $"descriptor {fd} is not open";
        }

        int domain = 0;
        int type = 0;
        if (!Option(fd, Libc.SO_DOMAIN, &domain, sizeof(int)) || !Option(fd, Libc.SO_TYPE, &type, sizeof(int))
            || domain != Libc.AF_UNIX || type != Libc.SOCK_STREAM)
        {
            return $"descriptor {fd} is not a unix stream socket";
        }

        Libc.Ucred peer = default;
        return Option(fd, Libc.SO_PEERCRED, &peer, (uint)sizeof(Libc.Ucred)) && peer.pid == pid && peer.uid == Libc.geteuid()
            ? ""
            : $"descriptor {fd} was made by process {peer.pid} of user {peer.uid}, not by process {pid} of user {Libc.geteuid()}";
    }

    private static unsafe bool Option(int fd, int name, void* value, uint length) =>
        Libc.getsockopt(fd, Libc.SOL_SOCKET, name, value, &length) == 0;

    // Moved to another number: a configuration may use the low one for its own listener (ListenHandle).
    private static Descriptor TakeOver(int fd)
    {
        using var passed = new Descriptor(fd);
        return passed.Duplicate();
    }
}
