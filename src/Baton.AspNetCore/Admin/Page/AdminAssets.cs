using System.Security.Cryptography;

namespace Baton.AspNetCore.Admin.Page;

/// <summary>The files that the page needs besides itself, out of this assembly.</summary>
internal static class AdminAssets
{
    private const int ReleaseLength = 12;

    /// <summary>Name below the page's address, and type of content.</summary>
    internal static readonly IReadOnlyDictionary<string, string> ContentTypes = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["admin.css"] = "text/css; charset=utf-8",
        ["admin.js"] = "text/javascript; charset=utf-8",
        ["admin.svg"] = "image/svg+xml",
    };

    private static readonly Dictionary<string, byte[]> s_contents = ContentTypes.Keys.ToDictionary(name => name, Load, StringComparer.Ordinal);

    /// <summary>Changes with any of the files: part of their addresses, so that a browser keeps no old one.</summary>
    internal static string Release { get; } = Convert.ToHexStringLower(SHA256.HashData([.. s_contents.Values.SelectMany(b => b)]))[..ReleaseLength];

    internal static ReadOnlyMemory<byte> Content(string name) => s_contents[name];

    private static byte[] Load(string name)
    {
        using Stream stream = typeof(AdminAssets).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not in the assembly.");
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
