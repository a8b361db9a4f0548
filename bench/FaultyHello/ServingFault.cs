using System.Runtime.InteropServices;
using Baton;

namespace FaultyHello;

/// <summary>What a release does wrong some time after it began to serve; a line of the log says when.</summary>
internal sealed partial class ServingFault(string what, TimeSpan delay, Restarter restarter, IHostApplicationLifetime lifetime) : IHostedService
{
    // Baton moves its own descriptor away and removes the variable; this one stays.
    private static readonly int Channel = Environment.GetEnvironmentVariable("BATON_HANDOVER") is { } address
        ? fcntl(int.Parse(address.Split(':')[0], System.Globalization.CultureInfo.InvariantCulture), F_DUPFD_CLOEXEC, 3)
        : -1;

    private const int F_DUPFD_CLOEXEC = 1030;
    private static readonly List<byte[]> Eaten = [];

    /// <summary>At the start, while the variable is there.</summary>
    internal static void KeepChannel() => _ = Channel;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(() => new Thread(Run) { IsBackground = true, Name = "order cache" }.Start());
        return Task.CompletedTask;
    }

    // A release that ignores SIGTERM: it does not stop either.
    public Task StopAsync(CancellationToken cancellationToken) => what == "ignores-sigterm" ? Task.Delay(Timeout.Infinite, CancellationToken.None) : Task.CompletedTask;

    private void Run()
    {
        // A successor has started before it serves.
        while (restarter.State == ProcessState.Starting)
        {
            Thread.Sleep(1);
        }

        Thread.Sleep(delay);
        Console.WriteLine($"FAULT {DateTime.UtcNow:O}");
        switch (what)
        {
            case "dies":
                throw new InvalidOperationException("the order cache is corrupt");
            case "exits":
                Environment.Exit(0);
                break;
            case "deadlocks":
                for (int i = 0; i < 5000; i++)
                {
                    ThreadPool.UnsafeQueueUserWorkItem(static _ => Thread.Sleep(Timeout.Infinite), null);
                }

                break;
            case "ignores-sigterm":
                restarter.ReportUnhealthy("no answer from db-2:5432");
                break;
            case "leaks":
                AppContext.SetData("GCHeapHardLimit", 100UL * 1024 * 1024);
                GC.RefreshMemoryLimit();
                while (true)
                {
                    Eaten.Add(new byte[1024 * 1024]);
                    Thread.Sleep(5);
                }

            case "garbage":
                _ = write(Channel, "HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), 28);
                break;
            default:
                throw new InvalidOperationException($"No fault is called {what}.");
        }
    }

    [LibraryImport("libc")]
    private static partial int fcntl(int descriptor, int command, int least);

    [LibraryImport("libc")]
    private static partial nint write(int descriptor, byte[] bytes, nint count);
}
