namespace Baton.Tests.Support;

/// <summary>The files of this repository, for tests of its conventions.</summary>
internal static class Repository
{
    internal static string Root { get; } = Find();

    /// <summary>The C# files below a folder, by path from the root.</summary>
    internal static IEnumerable<string> SourceFiles(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Root, f)).Order(StringComparer.Ordinal);

    /// <summary>The pages for people, by path from the root.</summary>
    internal static IEnumerable<string> Pages() =>
        from folder in (string[])["docs", "samples", "src", "bench", ""]
        let depth = folder.Length == 0 ? SearchOption.TopDirectoryOnly : SearchOption.AllDirectories
        from file in Directory.EnumerateFiles(Path.Combine(Root, folder), "*.md", depth)
        let page = Path.GetRelativePath(Root, file)
        where !page.Split('/').Any(part => part is "bin" or "obj" or "node_modules")
        orderby page
        select page;

    internal static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    internal static string TestFile(string name) => Path.Combine(Root, "tests/Baton.Tests", name);

    private static string Find()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "Baton.slnx")))
        {
            directory = Path.GetDirectoryName(directory);
        }

        return directory ?? throw new InvalidOperationException($"There is no Baton.slnx above {AppContext.BaseDirectory}.");
    }
}
