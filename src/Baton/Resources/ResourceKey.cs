using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Baton.Resources;

/// <summary>
/// The key of a resource across restarts: the request, not its result, so that port 0 finds its number again. Equal requests in
/// one process are numbered. The text form is part of the protocol: <c>tcp:127.0.0.1:80</c>, <c>tcp:[::]:0#1</c>,
/// <c>unix:/run/app.sock</c>, <c>unix:@abstract</c>, <c>handle:3</c>, <c>systemd:3:web</c>, <c>control:/run/baton/app.sock</c>,
/// <c>udp:dns=0.0.0.0:53</c> for a socket with a label.
/// </summary>
/// <param name="Kind">The kind.</param>
/// <param name="Name">The name or address; before it the label of the application and an equals sign, if it has one.</param>
/// <param name="Ordinal">Its number among equal requests; a request itself has 0, unless it asks for a member of a group.</param>
internal readonly record struct ResourceKey(ResourceKind Kind, string Name, int Ordinal = 0)
{
    internal const int LongestLabel = 64;

    internal ResourcePolicy Policy => ResourcePolicy.Of(Kind);

    /// <summary>The request.</summary>
    internal ResourceKey Request => this with { Ordinal = 0 };

    /// <summary>What the application calls it; null for nothing. No address begins with a letter.</summary>
    internal string? Label =>
        Policy.IsOfService && Name.Length > 0 && char.IsAsciiLetter(Name[0]) && Name.Split('=', 2) is [var label, _]
        && IsLabel(label)
            ? label
            : null;

    /// <summary>The name without the label.</summary>
    internal string Place => Label is { } label ? Name[(label.Length + 1)..] : Name;

    /// <summary>The path of a socket in the file system, else null.</summary>
    internal string? Path => Policy.HasPath && Place.StartsWith('/') ? Place : null;

    /// <summary>The address of a TCP or UDP socket, else null.</summary>
    internal IPEndPoint? Address =>
        Kind is ResourceKind.Tcp or ResourceKind.Udp && IPEndPoint.TryParse(Place, out IPEndPoint? address) ? address : null;

    /// <summary>Number and name of a socket of systemd, else null.</summary>
    internal (int Number, string Name)? Activated =>
        Kind == ResourceKind.Activated && Name.Split(':', 2) is [var number, var name]
        && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int parsed)
            ? (parsed, name)
            : null;

    internal static ResourceKey OfActivated(int number, string name) =>
        new(ResourceKind.Activated, string.Create(CultureInfo.InvariantCulture, $"{number}:{name}"));

    /// <summary>The request of an end point.</summary>
    /// <param name="endPoint">The end point.</param>
    /// <param name="type">The type of the socket.</param>
    /// <param name="label">What the application calls it; null for nothing.</param>
    /// <exception cref="NotSupportedException">Neither an IP nor a unix socket end point.</exception>
    internal static ResourceKey Of(EndPoint endPoint, SocketType type = SocketType.Stream, string? label = null)
    {
        (ResourceKind kind, string place) = (endPoint, type) switch
        {
            (IPEndPoint ip, SocketType.Stream) => (ResourceKind.Tcp, ip.ToString()),
            (IPEndPoint ip, SocketType.Dgram) => (ResourceKind.Udp, ip.ToString()),
            (UnixDomainSocketEndPoint unix, SocketType.Stream) => (ResourceKind.Unix, NameOf(unix)),
            (UnixDomainSocketEndPoint unix, SocketType.Seqpacket) => (ResourceKind.Seqpacket, NameOf(unix)),
            (UnixDomainSocketEndPoint unix, SocketType.Dgram) => (ResourceKind.UnixDatagram, NameOf(unix)),
            _ => throw new NotSupportedException(
                $"Baton has stream and datagram sockets of IP and unix socket end points, and seqpacket ones of the latter; " +
                $"this is a {type} of a {endPoint.GetType().Name}: {endPoint}."),
        };
        return new(kind, label is null ? place : $"{label}={place}");
    }

    /// <summary>Whether a text can be a label: a letter, then letters, digits, '.', '-' and '_'.</summary>
    internal static bool IsLabel(string text) =>
        text.Length is > 0 and <= LongestLabel
        && char.IsAsciiLetter(text[0])
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    /// <summary>
    /// How well this socket answers a request: 0 for the same label and address, 1 where only labels differ, null for another
    /// one. An application that gives its sockets labels, or others, keeps them. Port 0 says nothing of the address, so there
    /// only a socket without a label gets one.
    /// </summary>
    internal int? Distance(ResourceKey request) =>
        Request == request.Request ? 0
        : Kind == request.Kind && Place == request.Place && (Label is null || Address is not { Port: 0 }) ? 1
        : null;

    /// <summary>The request of a listener given by descriptor number.</summary>
    internal static ResourceKey OfHandle(ulong number) => new(ResourceKind.Handle, number.ToString(CultureInfo.InvariantCulture));

    public override string ToString()
    {
        string text = Policy.Prefix + Name;
        return Ordinal == 0 && !text.Contains('#') ? text : string.Create(CultureInfo.InvariantCulture, $"{text}#{Ordinal}");
    }

    /// <summary>Reads the text form.</summary>
    internal static ResourceKey Parse(string text)
    {
        int mark = text.LastIndexOf('#');
        int ordinal = 0;
        if (mark > 0 && int.TryParse(text.AsSpan(mark + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ordinal))
        {
            text = text[..mark];
        }

        var policy = ResourcePolicy.Of(text);
        return new ResourceKey(policy.Kind, text[policy.Prefix.Length..], ordinal);
    }

    // An abstract name prints with @ in front, which a file name may have too. It begins with a zero byte (unix(7)), after the
    // two bytes of the family. A path may be relative to a working directory that changes.
    private static string NameOf(UnixDomainSocketEndPoint endPoint) =>
        endPoint.Serialize()[2] == 0 ? endPoint.ToString() : System.IO.Path.GetFullPath(endPoint.ToString());
}
