using System.Globalization;
using Baton.Cli.CommandLine;
using Baton.Interop;

namespace Baton.Cli.Discovery;

/// <summary>Users by name and number.</summary>
internal static class ServiceUser
{
    /// <summary>The name, or the number if there is none.</summary>
    internal static string NameOf(uint uid) => Libc.UserName(uid) ?? uid.ToString(CultureInfo.InvariantCulture);

    /// <summary>The number of a user that was given by name or number.</summary>
    /// <exception cref="CommandException">There is no such user.</exception>
    internal static uint Find(string user) =>
        Libc.UserId(user) ?? (uint.TryParse(user, NumberStyles.None, CultureInfo.InvariantCulture, out uint uid)
            ? uid
            : throw new CommandException(ExitCode.Usage, "Usage", $"There is no user {user} on this machine."));

    /// <summary>
    /// The users whose services a name may mean, first match first: the given user, or else the caller and then root. Other users
    /// are
    /// left out: they could give their services any name.
    /// </summary>
    internal static IReadOnlyList<uint> Order(CliEnvironment environment, uint? given) =>
        given is { } user ? [user] : environment.UserId == 0 ? [0] : [environment.UserId, 0];
}
