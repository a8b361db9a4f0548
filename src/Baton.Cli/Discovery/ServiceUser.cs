using System.Globalization;
using Baton.Cli.CommandLine;
using Baton.Interop;

namespace Baton.Cli.Discovery;

/// <summary>Users by name and number.</summary>
internal static class ServiceUser
{
    /// <summary>The name, or the number where there is none.</summary>
    internal static string NameOf(uint uid) => Libc.UserName(uid) ?? uid.ToString(CultureInfo.InvariantCulture);

    /// <summary>The number of a user that was given by name or number.</summary>
    /// <exception cref="CommandException">There is no such user.</exception>
    internal static uint Find(string user) =>
        Libc.UserId(user) ?? (uint.TryParse(user, NumberStyles.None, CultureInfo.InvariantCulture, out uint uid)
            ? uid
            : throw new CommandException(ExitCode.Usage, "Usage", $"There is no user {user} on this machine."));

    /// <summary>
    /// Whose services a name may mean, in this order: those of the user that was given, else one's own, and for others than root
    /// then root's. Root's are never another user's, who could have given his service any name.
    /// </summary>
    internal static IReadOnlyList<uint> Order(Surroundings around, uint? given) => given is { } user ? [user] : around.UserId == 0 ? [0] : [around.UserId, 0];
}
