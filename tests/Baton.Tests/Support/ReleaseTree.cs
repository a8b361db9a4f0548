using Baton.Processes;

namespace Baton.Tests.Support;

/// <summary>Releases of an application in a directory, with <c>current</c> leading to the first, which is the one that runs.</summary>
internal sealed class ReleaseTree : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    internal ReleaseTree()
    {
        foreach (string name in (string[])["srv/app/releases/1/", "srv/app/releases/2/", "srv/app2/", "elsewhere/"])
        {
            AddProgram($"{name}App");
            File.WriteAllText(At($"{name}App.dll"), "");
        }

        AddProgram("host/dotnet");
        File.CreateSymbolicLink(At("srv/app/current"), "releases/1");
    }

    /// <summary>The path of what is called <paramref name="name"/> in the tree.</summary>
    internal string At(string name) => _directory.File(name);

    /// <summary>A text with the paths of the tree in place of <c>{0}</c>.</summary>
    internal string In(string pattern) => pattern.Replace("{0}", _directory.Path, StringComparison.Ordinal);

    internal void AddProgram(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
        File.WriteAllText(At(name), "#!/bin/sh\n");
        Chmod(name, "rwxr-xr-x");
    }

    internal void Link(string name, string target)
    {
        File.Delete(At(name));
        File.CreateSymbolicLink(At(name), target);
    }

    /// <summary>Sets the permissions, written as ls(1) does.</summary>
    internal void Chmod(string name, string permissions)
    {
        UnixFileMode mode = permissions.EndsWith('t') ? UnixFileMode.StickyBit | UnixFileMode.OtherExecute : UnixFileMode.None;
        for (int i = 0; i < permissions.Length; i++)
        {
            mode |= permissions[i] is '-' or 't' ? UnixFileMode.None : (UnixFileMode)(0x100 >> i);
        }

        File.SetUnixFileMode(At(name), mode);
    }

    /// <summary>The command of a process that was started by these words.</summary>
    internal StartCommand Command(string program, params string[] words) =>
        new(At(program), [.. words.Select(In)], At("srv/app"), new Dictionary<string, string> { ["KEPT"] = "1" });

    public void Dispose() => _directory.Dispose();
}
