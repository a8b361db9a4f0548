using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Baton.Listeners;

/// <summary>
/// What a listener is known by across restarts: what was asked for, not what came of it, so that port 0 finds its number
/// again. Equal requests in one process are told apart by their order. The text form is what travels: <c>tcp:127.0.0.1:80</c>,
/// <c>tcp:[::]:0#1</c>, <c>unix:/run/app.sock</c>, <c>unix:@abstract</c>, <c>handle:3</c>; of a socket that systemd made its number and its name, <c>systemd:3:web</c>; and
/// <c>control:/run/baton/app.sock</c>, which is no listener of the service.
/// </summary>
internal readonly record struct ListenerKey(string Request, int Ordinal)
{
    private const string UnixPrefix = "unix:";
    private const string ControlPrefix = "control:";
    private const string SystemdPrefix = "systemd:";

    /// <summary>The path of a unix socket that has one in the file system, else null.</summary>
    internal string? Path =>
        Request.StartsWith(UnixPrefix + "/", StringComparison.Ordinal) ? Request[UnixPrefix.Length..]
        : IsControl ? Request[ControlPrefix.Length..]
        : null;

    /// <summary>Whether it is the control socket.</summary>
    internal bool IsControl => Request.StartsWith(ControlPrefix + "/", StringComparison.Ordinal);

    /// <summary>The key of the control socket at a path.</summary>
    internal static ListenerKey OfControl(string path) => new(ControlPrefix + path, 0);

    /// <summary>Number and name of a socket that systemd made, else null.</summary>
    internal (int Number, string Name)? Activated =>
        Request.StartsWith(SystemdPrefix, StringComparison.Ordinal) && Request.Split(':', 3) is [_, var number, var name]
        && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int parsed)
            ? (parsed, name)
            : null;

    /// <summary>The key of a socket that systemd made.</summary>
    internal static ListenerKey OfActivated(int number, string name) => new(string.Create(CultureInfo.InvariantCulture, $"{SystemdPrefix}{number}:{name}"), 0);

    /// <summary>The request of an end point.</summary>
    /// <exception cref="NotSupportedException">Neither an IP nor a unix socket end point.</exception>
    internal static string RequestOf(EndPoint endPoint) => endPoint switch
    {
        IPEndPoint ip => $"tcp:{ip}",
        UnixDomainSocketEndPoint unix => UnixPrefix + NameOf(unix),
        _ => throw new NotSupportedException($"Baton listens on IP and unix socket end points; this is a {endPoint.GetType().Name}: {endPoint}."),
    };

    /// <summary>The request of a listener given by descriptor number.</summary>
    internal static string RequestOfHandle(ulong number) => string.Create(CultureInfo.InvariantCulture, $"handle:{number}");

    /// <summary>The request of a socket that systemd made, by its name.</summary>
    internal static string RequestOfName(string name) => $"name:{name}";

    public override string ToString() => Ordinal == 0 && !Request.Contains('#') ? Request : string.Create(CultureInfo.InvariantCulture, $"{Request}#{Ordinal}");

    /// <summary>Reads the text form back.</summary>
    internal static ListenerKey Parse(string text)
    {
        int mark = text.LastIndexOf('#');
        return mark > 0 && int.TryParse(text.AsSpan(mark + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int ordinal)
            ? new ListenerKey(text[..mark], ordinal)
            : new ListenerKey(text, 0);
    }

    // An abstract name prints with @ in front, as a file may be called too; it begins with a zero byte (unix(7)), after the two of the family.
    // A path may be relative to a working directory that changes.
    private static string NameOf(UnixDomainSocketEndPoint endPoint) =>
        endPoint.Serialize()[2] == 0 ? endPoint.ToString() : System.IO.Path.GetFullPath(endPoint.ToString());
}
