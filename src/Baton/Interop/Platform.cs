using System.Runtime.InteropServices;

namespace Baton.Interop;

internal static class Platform
{
    /// <summary>Whether sockets can be passed to another process here: Linux on x64 or arm64, glibc or musl.</summary>
    internal static bool HandoverSupported { get; } =
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;
}
