using System.ComponentModel;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace TestService;

/// <summary>
/// How one process of the service behaves while it starts, read from the file that <c>TEST_SERVICE_BEHAVIOUR</c> names: one word, and an
/// argument after a space. So the successor can misbehave where its predecessor behaved. An empty or missing file: it behaves.
/// </summary>
internal sealed partial class Behaviour(string name, string argument)
{
    private const int RLIMIT_NOFILE = 7;

    internal static Behaviour OfThisProcess()
    {
        string? file = Environment.GetEnvironmentVariable("TEST_SERVICE_BEHAVIOUR");
        string[] words = (File.Exists(file) ? File.ReadAllText(file) : "").Split(' ', 2);
        return new Behaviour(words[0], words.Length > 1 ? words[1] : "");
    }

    /// <summary>Before anything of Baton has run.</summary>
    internal void BeginMain()
    {
        switch (name)
        {
            case "exit-at-once":
                Environment.Exit(0);
                break;
            case "crash-in-main":
                throw new InvalidOperationException("told to crash in main");
            case "hang-in-main":
                Thread.Sleep(Timeout.Infinite);
                break;
            case "say":
                SayToPredecessor(Convert.FromBase64String(argument));
                Thread.Sleep(Timeout.Infinite);
                break;
            case "few-descriptors":
                LimitDescriptors(ulong.Parse(argument, CultureInfo.InvariantCulture));
                break;
            case "collect-garbage":
                new Thread(CollectGarbage) { IsBackground = true }.Start();
                break;
        }
    }

    /// <summary>The listeners are taken over, nothing is started.</summary>
    internal void Inherited()
    {
        switch (name)
        {
            case "crash-after-inheriting":
                throw new InvalidOperationException("told to crash after inheriting");
            case "exit-after-inheriting":
                Environment.Exit(0);
                break;
        }
    }

    /// <summary>The start of a hosted service.</summary>
    internal Task StartServiceAsync(CancellationToken cancel) => name switch
    {
        "crash-in-hosted-service" => throw new InvalidOperationException("told to crash in a hosted service"),
        "hang-in-hosted-service" => Task.Delay(Timeout.Infinite, CancellationToken.None),
        "wait-at" => Latch.PassAsync(argument, cancel),
        _ => Task.CompletedTask,
    };

    private static void SayToPredecessor(byte[] bytes)
    {
        int descriptor = int.Parse(Environment.GetEnvironmentVariable("BATON_HANDOVER")!.Split(':')[0], CultureInfo.InvariantCulture);
        using var channel = new Socket(new SafeSocketHandle(descriptor, ownsHandle: false));
        channel.SendAsync(bytes).GetAwaiter().GetResult();
    }

    private static void LimitDescriptors(ulong most)
    {
        if (setrlimit(RLIMIT_NOFILE, new ResourceLimit(most, most)) != 0)
        {
            throw new Win32Exception();
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

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setrlimit(int resource, in ResourceLimit limit);

    private readonly record struct ResourceLimit(ulong Soft, ulong Hard);
}
