namespace Baton.Bench.Services;

/// <summary>The programs that are measured, where the build of this one has put them.</summary>
internal static class ServicePrograms
{
    /// <summary>samples/Hello, with Baton.</summary>
    public static string Hello => Find("Hello");

    /// <summary>The same source on plain Kestrel.</summary>
    public static string PlainHello => Find("PlainHello");

    private static string Find(string name)
    {
        // artifacts/bin/<project>/<configuration>/: the layout of UseArtifactsOutput.
        DirectoryInfo own = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        if (own.Name != "release")
        {
            throw new BenchException($"Figures of a {own.Name} build mean nothing: build and run with --configuration Release.");
        }

        string path = Path.Combine(own.Parent!.Parent!.FullName, name, own.Name, name);
        return File.Exists(path) ? path : throw new BenchException($"{path} is missing: build bench/Baton.Bench with --configuration Release.");
    }
}
