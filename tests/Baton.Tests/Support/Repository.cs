namespace Baton.Tests.Support;

/// <summary>The files of this repository, for tests of its conventions.</summary>
internal static class Repository
{
    internal static string Root { get; } = Find();

    /// <summary>The C# files below a folder, by path from the root.</summary>
    internal static IEnumerable<string> SourceFiles(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Root, f)).Order(StringComparer.Ordinal);

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
