using System.ComponentModel;
using System.Runtime.InteropServices;

namespace RestartLoad.Releases;

/// <summary>The symbolic link that leads to the release to be started next, as deployment tools keep one.</summary>
internal sealed partial class CurrentLink
{
    private readonly string _path;

    private CurrentLink(string path) => _path = path;

    /// <exception cref="FormatException">There is no link of this name: the service could not be started through it.</exception>
    public static CurrentLink Parse(string path)
    {
        string full = Path.GetFullPath(path);
        return new FileInfo(full).LinkTarget is not null
            ? new CurrentLink(full)
            : throw new FormatException($"'{full}' is not a symbolic link to the release that is started first.");
    }

    /// <summary>Lets the link lead elsewhere; whoever looks meanwhile finds the old release or the new one, never nothing.</summary>
    /// <exception cref="IOException">The directory of the link can't be written.</exception>
    public void SwitchTo(string release)
    {
        // A link can't be changed, but another one can be renamed over it.
        string next = $"{_path}.{Environment.ProcessId}.tmp";
        File.Delete(next);
        File.CreateSymbolicLink(next, release);

        // Not File.Move, which looks at what the link leads to, and refuses directories.
        if (Rename(next, _path) != 0)
        {
            throw new IOException($"{_path} could not be switched to {release}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);
}
