using Baton.ProcessTests.Service;

namespace Baton.SystemdTests.Machine;

/// <summary>What the machines are made of beyond this one's files: fetched by the first that boots.</summary>
public sealed class SystemdPackages : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    internal string Directory => _directory.PathOf("");

    public void Dispose() => _directory.Dispose();
}
