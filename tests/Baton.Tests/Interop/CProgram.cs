using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using Baton.Interop;
using Baton.Tests.Support;

namespace Baton.Tests.Interop;

/// <summary>A C program that compiles only if the declarations in <see cref="Libc"/> are those of the C headers.</summary>
internal static class CProgram
{
    private const BindingFlags Any = BindingFlags.Static | BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    // Sizes of buffers of ours, which have no name in C.
    private static readonly string[] NotInC = [nameof(Libc.OpaqueBytes), nameof(Libc.SigsetBytes), nameof(Libc.LongestEntry)];

    private static readonly string[] Headers =
    [
        "errno.h", "fcntl.h", "malloc.h", "netinet/in.h", "netinet/tcp.h", "poll.h", "pwd.h", "signal.h", "spawn.h", "stddef.h", "stdlib.h", "time.h", "unistd.h", "sys/epoll.h", "sys/file.h", "sys/ioctl.h", "sys/mman.h", "sys/prctl.h", "sys/resource.h", "sys/socket.h", "sys/stat.h",
        "sys/syscall.h", "sys/types.h", "sys/un.h", "sys/wait.h", "linux/netlink.h", "linux/sockios.h", "linux/sock_diag.h", "linux/inet_diag.h",
    ];

    // Where linux/ and asm/ are on Debian; a compiler for another C library does not look there.
    private static readonly string[] KernelHeaders =
        ["/usr/include", RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "/usr/include/aarch64-linux-gnu" : "/usr/include/x86_64-linux-gnu"];

    internal static IEnumerable<FieldInfo> Constants =>
        typeof(Libc).GetFields(Any).Where(f => f.IsLiteral && f.FieldType != typeof(string) && !NotInC.Contains(f.Name));

    internal static IEnumerable<Type> Structs => typeof(Libc).GetNestedTypes(Any).Where(t => t.IsValueType);

    /// <summary>The whole program.</summary>
    internal static string Source()
    {
        var source = new StringBuilder("#define _GNU_SOURCE\n");
        Array.ForEach(Headers, header => source.Append($"#include <{header}>\n"));

        // The kernel's structure; the C libraries declare it only in their newer versions.
        source.Append("#ifndef STATX_INO\n#include <linux/stat.h>\n#endif\n");

        // Of Linux 6.5, the same everywhere; Debian 12 has the headers of 6.1.
        source.Append($"#ifndef SO_PEERPIDFD\n#define SO_PEERPIDFD {Libc.SO_PEERPIDFD}\n#endif\n");
        foreach (FieldInfo constant in Constants)
        {
            Require(source, $"{constant.Name} == {constant.GetRawConstantValue()}");
        }

        Require(source, $"SYS_statx == {Libc.SYS_statx}");
        Require(source, $"O_NOFOLLOW == {Libc.O_NOFOLLOW}");
        Require(source, $"sizeof(posix_spawn_file_actions_t) <= {Libc.OpaqueBytes}");
        Require(source, $"sizeof(posix_spawnattr_t) <= {Libc.OpaqueBytes}");
        Require(source, $"sizeof(sigset_t) <= {Libc.SigsetBytes}");
        foreach (Type type in Structs)
        {
            AppendStruct(source, type);
        }

        return source.ToString();
    }

    /// <summary>What the compiler complains about; empty if all is well.</summary>
    internal static string Compile(string compiler, string source)
    {
        using var directory = new TemporaryDirectory();
        string file = directory.File("declarations.c");
        File.WriteAllText(file, source);
        string[] arguments = ["-std=c11", "-fsyntax-only", .. KernelHeaders.SelectMany(d => (string[])["-idirafter", d]), file];
        using Process process = Process.Start(new ProcessStartInfo(compiler, arguments) { RedirectStandardError = true })!;
        string complaints = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? "" : $"{compiler}: {complaints}";
    }

    /// <summary>Where a program is in $PATH, or null.</summary>
    internal static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(d => Path.Combine(d, program)).FirstOrDefault(File.Exists);

    private static void AppendStruct(StringBuilder source, Type type)
    {
        string name = type == typeof(Libc.Siginfo) ? "siginfo_t" : $"struct {type.Name.ToLowerInvariant()}";
        Require(source, $"sizeof({name}) == {Marshal.SizeOf(type)}");
        foreach (FieldInfo field in type.GetFields(Any))
        {
            Require(source, $"offsetof({name}, {field.Name}) == {Marshal.OffsetOf(type, field.Name)}");
        }
    }

    private static void Require(StringBuilder source, string condition) => source.Append($"_Static_assert({condition}, \"{condition}\");\n");
}
