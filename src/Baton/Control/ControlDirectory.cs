using Baton.Interop;

namespace Baton.Control;

/// <summary>The directory of the control socket: owned by this user, closed to others.</summary>
internal static class ControlDirectory
{
    private const int OwnerOnly = 0x1C0; // 0700
    private const int Permissions = 0x1FF; // 0777

    /// <summary>The path of the directory, from the option or the environment.</summary>
    internal static string Choose(string? option, Func<string, string?> environment, uint uid)
    {
        if (option is not null)
        {
            return option;
        }

        // systemd sets one or more, separated by colons.
        string? runtime = environment("RUNTIME_DIRECTORY")?.Split(':')[0];
        foreach (string? parent in (string?[])[runtime, environment("XDG_RUNTIME_DIR")])
        {
            if (parent is ['/', ..])
            {
                return Path.Combine(parent, ControlProtocol.Folder);
            }
        }

        string temporary = environment("TMPDIR") is ['/', ..] and var named ? named : "/tmp";
        return Path.Combine(temporary, $"{ControlProtocol.Folder}-{uid}");
    }

    /// <summary>Creates the directory, or checks an existing one: another process may have been faster.</summary>
    /// <returns>The reason why it cannot be used; null if it can.</returns>
    internal static string? Prepare(string path)
    {
        bool made = Libc.mkdir(path, OwnerOnly) == 0;
        int errno = Libc.Errno;
        if (!made && errno != Libc.EEXIST)
        {
            return $"the directory {path} could not be made: {Libc.Describe(errno)}";
        }

        if (made)
        {
            // A umask may have removed bits. Nobody else can have put anything there.
            _ = Libc.chmod(path, OwnerOnly);
        }

        return Libc.Stat(path) is { } stat ? ProblemOf(path, stat, Libc.geteuid()) : $"the directory {path} is gone again";
    }

    /// <summary>The reason why a service of a user cannot use the directory; null if it can.</summary>
    internal static string? ProblemOf(string path, Libc.Statx stat, uint own) =>
        !stat.Is(Libc.S_IFDIR) ? $"{path} is no directory, or a link to one"
            : stat.stx_uid != own ? $"the directory {path} belongs to user {stat.stx_uid}, not to user {own}"
            : (stat.stx_mode & Permissions) != OwnerOnly
            ? $"the directory {path} has mode {Convert.ToString(stat.stx_mode & Permissions, 8)}, it must be 700"
            : null;
}
