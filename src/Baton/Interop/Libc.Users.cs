using System.Runtime.InteropServices;

namespace Baton.Interop;

// pwd.h
internal static unsafe partial class Libc
{
    [StructLayout(LayoutKind.Sequential)]
    internal struct Passwd
    {
        internal byte* pw_name;
        internal byte* pw_passwd;
        internal uint pw_uid;
        internal uint pw_gid;
        internal byte* pw_gecos;
        internal byte* pw_dir;
        internal byte* pw_shell;
    }

    /// <summary>Larger than a line of the user database.</summary>
    internal const int LongestEntry = 64 * 1024;

    // Both return the error instead of setting errno. An unknown user is not an error.
    [LibraryImport(Name)]
    private static partial int getpwuid_r(uint uid, Passwd* entry, byte* buffer, nuint length, Passwd** result);

    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int getpwnam_r(string name, Passwd* entry, byte* buffer, nuint length, Passwd** result);

    /// <summary>The name of a user; null if none is known.</summary>
    internal static string? UserName(uint uid)
    {
        Passwd entry;
        Passwd* found = null;
        fixed (byte* buffer = new byte[LongestEntry])
        {
            return getpwuid_r(uid, &entry, buffer, LongestEntry, &found) == 0 && found is not null
                ? Marshal.PtrToStringUTF8((nint)found->pw_name)
                : null;
        }
    }

    /// <summary>The number of a user; null if there is none of that name.</summary>
    internal static uint? UserId(string name)
    {
        Passwd entry;
        Passwd* found = null;
        fixed (byte* buffer = new byte[LongestEntry])
        {
            return getpwnam_r(name, &entry, buffer, LongestEntry, &found) == 0 && found is not null ? found->pw_uid : null;
        }
    }
}
