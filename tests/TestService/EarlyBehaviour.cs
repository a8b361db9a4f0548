using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace TestService;

/// <summary>What a process does before it has a host.</summary>
internal static class EarlyBehaviour
{
    // A process that ignores SIGTERM has to keep this.
    private static PosixSignalRegistration? s_ignored;

    /// <summary>Run with <c>--check</c>: the process says whether it would start, and ends.</summary>
    internal static void CheckAndExit(Behaviour behaviour)
    {
        if (behaviour.Has("hang-in-check"))
        {
            Thread.Sleep(Timeout.Infinite);
        }

        Console.Out.WriteLine(behaviour.Argument("fail-check") ?? "all is well");
        Environment.Exit(behaviour.Has("fail-check") ? 3 : 0);
    }

    /// <summary>Before anything of Baton has run.</summary>
    internal static void BeginMain(Behaviour behaviour)
    {
        if (behaviour.Has("exit-at-once"))
        {
            Environment.Exit(0);
        }

        if (behaviour.Has("start-helper"))
        {
            // It inherits the channel to the predecessor.
            Process.Start("/bin/sleep", ["1000"]).Dispose();
        }

        if (behaviour.Has("crash-in-main"))
        {
            throw new InvalidOperationException("told to crash in main");
        }

        if (behaviour.Has("say") || behaviour.Has("in-start") || behaviour.Has("after-commit"))
        {
            PredecessorChannel.Keep();
        }

        if (behaviour.Argument("forget") is { } variable)
        {
            Environment.SetEnvironmentVariable(variable, null);
        }

        if (behaviour.Argument("set")?.Split('=') is [var name, var value])
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        if (behaviour.Has("ignore-sigterm"))
        {
            s_ignored = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => signal.Cancel = true);
        }

        if (behaviour.Has("hang-in-main"))
        {
            Thread.Sleep(Timeout.Infinite);
        }

        if (behaviour.Argument("say") is { } words)
        {
            PredecessorChannel.SayAsync(Convert.FromBase64String(words)).GetAwaiter().GetResult();
            PredecessorChannel.PrintWhatComesAsync().GetAwaiter().GetResult();
            Thread.Sleep(Timeout.Infinite);
        }

        if (behaviour.Argument("few-descriptors") is { } most)
        {
            Libc.LimitDescriptors(ulong.Parse(most, CultureInfo.InvariantCulture));
        }

        if (behaviour.Has("collect-garbage"))
        {
            new Thread(CollectGarbage) { IsBackground = true }.Start();
        }
    }

    /// <summary>The listeners are taken over, nothing is started.</summary>
    internal static void Inherited(Behaviour behaviour)
    {
        if (behaviour.Has("crash-after-inheriting"))
        {
            throw new InvalidOperationException("told to crash after inheriting");
        }

        if (behaviour.Has("exit-after-inheriting"))
        {
            Environment.Exit(0);
        }

        if (behaviour.Argument("eat") is { } mebibytes)
        {
            Eat(int.Parse(mebibytes, CultureInfo.InvariantCulture));
        }
    }

    private static unsafe void Eat(int mebibytes)
    {
        const int Mebibyte = 1024 * 1024;
        for (int i = 0; i < mebibytes; i++)
        {
            // Memory that is not written to is not there.
            NativeMemory.Fill(NativeMemory.Alloc(Mebibyte), Mebibyte, 1);
        }
    }

    private static void CollectGarbage()
    {
        while (true)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
}
