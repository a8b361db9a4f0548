using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Baton.Resources;

/// <summary>
/// The key of a resource across restarts: the request, not its result, so that port 0 finds its number again. Equal requests in
/// one process are numbered. The text form is part of the protocol: <c>tcp:127.0.0.1:80</c>, <c>tcp:[::]:0#1</c>,
/// <c>unix:/run/app.sock</c>, <c>unix:@abstract</c>, <c>handle:3</c>, <c>systemd:3:web</c>, <c>control:/run/baton/app.sock</c>.
/// </summary>
/// <param name="Kind">The kind.</param>
/// <param name="Name">The name or address.</param>
/// <param name="Ordinal">Its number among equal requests; a request itself has 0.</param>
internal readonly record struct ResourceKey(ResourceKind Kind, string Name, int Ordinal = 0)
{
    internal ResourcePolicy Policy => ResourcePolicy.Of(Kind);

    /// <summary>The request.</summary>
    internal ResourceKey Request => this with { Ordinal = 0 };

    /// <summary>The path of a socket in the file system, else null.</summary>
    internal string? Path => Policy.HasPath && Name.StartsWith('/') ? Name : null;

    /// <summary>The address of a TCP listener, else null.</summary>
    internal IPEndPoint? Address =>
        Kind == ResourceKind.Tcp && IPEndPoint.TryParse(Name, out IPEndPoint? address) ? address : null;

    /// <summary>Number and name of a socket of systemd, else null.</summary>
    internal (int Number, string Name)? Activated =>
        Kind == ResourceKind.Activated && Name.Split(':', 2) is [var number, var name]
        && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int parsed)
            ? (parsed, name)
            : null;

    internal static ResourceKey OfActivated(int number, string name) =>
        new(ResourceKind.Activated, string.Create(CultureInfo.InvariantCulture, $"{number}:{name}"));

    /// <summary>The request of an end point.</summary>
    /// <exception cref="NotSupportedException">Neither an IP nor a unix socket end point.</exception>
    internal static ResourceKey Of(EndPoint endPoint) => endPoint switch
    {
        IPEndPoint ip => new(ResourceKind.Tcp, ip.ToString()),
        UnixDomainSocketEndPoint unix => new(ResourceKind.Unix, NameOf(unix)),
        _ => throw new NotSupportedException(
            $"Baton listens on IP and unix socket end points; this is a {endPoint.GetType().Name}: {endPoint}."),
    };

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
