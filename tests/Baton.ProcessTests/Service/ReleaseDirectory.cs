namespace Baton.ProcessTests.Service;

/// <summary>How services are deployed: <c>releases/1</c>, <c>releases/2</c>, and a link <c>current</c> to one of them.</summary>
internal sealed class ReleaseDirectory : IDisposable
{
    private readonly TemporaryDirectory _root = new();

    internal ReleaseDirectory() => Switch(Add("1"));

    internal string Current => _root.PathOf("current");

    /// <summary>The program by the name under which it is started.</summary>
    internal string Program => Path.Combine(Current, "TestService");

    /// <summary>Copies the service as it was built.</summary>
    /// <returns>The directory of the release.</returns>
    internal string Add(string name)
    {
        string release = PathOf(name);
        Directory.CreateDirectory(PathOf(""));
        TemporaryDirectory.CopyProgram(ServiceSetup.BuiltDirectory, release);
        return release;
    }

    /// <summary>Where a release would be; it need not exist.</summary>
    internal string PathOf(string name) => _root.PathOf($"releases/{name}");

    internal void Switch(string release)
    {
        File.Delete(Current);
        Directory.CreateSymbolicLink(Current, release);
    }

    public void Dispose() => _root.Dispose();
}
