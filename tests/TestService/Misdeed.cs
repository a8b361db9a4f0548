namespace TestService;

/// <summary>What a process can do wrong at any time, by name.</summary>
internal static class Misdeed
{
    // More than the pool can be given threads for, by its own growth and by StarvationGuard, within any limit of a test.
    private const int FarTooManyItems = 5000;
    private const ulong SmallHeap = 100 * 1024 * 1024;
    private const int Megabyte = 1024 * 1024;
    private static readonly List<byte[]> Eaten = [];

    internal static async Task CommitAsync(string what, IHostApplicationLifetime lifetime)
    {
        switch (what)
        {
            case "exit0":
                Environment.Exit(0);
                break;
            case "throw":
                new Thread(() => throw new InvalidOperationException("told to crash")).Start();
                break;
            case "segv":
                Libc.Segfault();
                break;
            case "kill":
                Libc.KillSelf(Libc.SIGKILL);
                break;
            case "stop":
                Libc.KillSelf(Libc.SIGSTOP);
                break;
            case "oom":
                new Thread(EatMemory).Start();
                break;
            case "starve":
                Starve();
                break;
            case "unhealthy":
                Baton.Restarter.Default!.ReportUnhealthy("told to be unhealthy");
                break;
            case "host-stop":
                lifetime.StopApplication();
                break;
            case "garbage":
                await PredecessorChannel.SayAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
                break;
            case "close-channel":
                PredecessorChannel.Close();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(what), what, "Not a misdeed.");
        }
    }

    /// <summary>As in a small container. What was allocated stays reachable, so that there is nothing left for the end either.</summary>
    private static void EatMemory()
    {
        AppContext.SetData("GCHeapHardLimit", SmallHeap);
        GC.RefreshMemoryLimit();
        while (true)
        {
            Eaten.Add(new byte[Megabyte]);
        }
    }

    private static void Starve()
    {
        for (int i = 0; i < FarTooManyItems; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(_ => Thread.Sleep(Timeout.Infinite), null);
        }
    }
}
