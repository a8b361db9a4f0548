using System.Globalization;

namespace Baton.AspNetCore.Admin;

/// <summary>A file of the admin page, embedded in the assembly.</summary>
internal sealed class AdminAsset
{
    internal static readonly IReadOnlyList<AdminAsset> All =
    [
        new("admin.css", "text/css; charset=utf-8"),
        new("admin.js", "text/javascript; charset=utf-8"),
        new("admin.svg", "image/svg+xml"),
    ];

    private static readonly Lazy<string> s_release = new(HashAll);

    private readonly Lazy<byte[]> _content;

    private AdminAsset(string name, string contentType)
    {
        (Name, ContentType) = (name, contentType);
        _content = new(() => Read(name));
    }

    /// <summary>A hash of all files. The page compares it, to see that a successor has other files.</summary>
    internal static string Release => s_release.Value;

    internal string Name { get; }

    internal string ContentType { get; }

    internal ReadOnlyMemory<byte> Content => _content.Value;

    // FNV-1a. A cryptographic hash would end a process in an image without OpenSSL.
    private static string HashAll()
    {
        ulong hash = 14695981039346656037;
        foreach (byte next in All.SelectMany(a => a.Content.ToArray()))
        {
            hash = unchecked((hash ^ next) * 1099511628211);
        }

        return hash.ToString("x16", CultureInfo.InvariantCulture);
    }

    private static byte[] Read(string name)
    {
        using Stream stream = typeof(AdminAsset).Assembly.GetManifestResourceStream(name)!;
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
