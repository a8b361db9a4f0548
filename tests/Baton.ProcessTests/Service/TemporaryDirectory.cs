using System.Diagnostics;

namespace Baton.ProcessTests.Service;

/// <summary>A directory of one test, gone with it.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("baton-");

    internal string PathOf(string name) => Path.Combine(_directory.FullName, name);

    /// <summary>
    /// Copies a program, or a directory with one. By cp(1): a file that this process has open for writing is open in a program that another test starts at that
    /// moment, too, and can't be executed until that one is (ETXTBSY).
    /// </summary>
    internal static void CopyProgram(string from, string to)
    {
        using Process cp = Process.Start("cp", ["-rT", from, to]);
        cp.WaitForExit();
        Assert.Equal(0, cp.ExitCode);
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
