using System.Runtime.InteropServices;
using Baton.Interop;

namespace Baton.Cli.Tests.Support;

/// <summary>Does something as another user: on a thread of its own, as the kernel has users by thread. Only root can.</summary>
internal static class AsUser
{
    internal const uint Alice = 61001;

    private static int SetUserNumber => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 147 : 117;

    /// <summary>Has everybody make files in a directory.</summary>
    internal static void OpenToAll(string directory)
    {
        Assert.SkipUnless(Libc.geteuid() == 0, "Only root can be another user: what another user's services can do is NOT tested.");
        File.SetUnixFileMode(directory, (UnixFileMode)0b111_111_111);
    }

    internal static void Run(uint? user, Action action)
    {
        if (user is not { } uid)
        {
            action();
            return;
        }

        var thread = new Thread(() =>
        {
            // setresuid(2) of this thread alone; the saved user is kept to come back.
            SetUser(uid);
            try
            {
                action();
            }
            finally
            {
                SetUser(0);
            }
        });
        thread.Start();
        thread.Join();
    }

    private static void SetUser(uint uid) => Assert.Equal(0, Libc.syscall(SetUserNumber, -1, (nint)uid, -1, 0, 0));
}
