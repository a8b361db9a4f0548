// A service without requests: a consumer that works while its process serves, and a timer that never runs in two processes.
// Start it, send it SIGUSR2: worker --inbox /tmp/inbox --ticks /tmp/ticks
using System.Runtime.InteropServices;
using System.Text;
using Baton.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

var builder = Host.CreateApplicationBuilder(args);
builder.AddGracefulRestart();
builder.Services.AddServingHostedService<Consumer>();
builder.Services.AddExclusiveHostedService<Ticker>();
builder.Build().Run();

/// <summary>
/// Takes jobs, each a file in the folder of --inbox. The consumers of two processes may work for a moment at the same time; a job is
/// taken by renaming it, which only one can.
/// </summary>
internal sealed partial class Consumer(IConfiguration configuration, ILogger<Consumer> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        while (configuration["inbox"] is { } inbox && !stopping.IsCancellationRequested)
        {
            foreach (string job in Directory.EnumerateFiles(Directory.CreateDirectory(inbox).FullName, "*.job"))
            {
                string taken = Path.ChangeExtension(job, $".{Environment.ProcessId}");
                try
                {
                    File.Move(job, taken);
                }
                catch (FileNotFoundException)
                {
                    continue; // The other process has it.
                }

                // A job that is begun is finished, whatever the token says: the process waits for it.
                Done(Path.GetFileName(job), (await File.ReadAllTextAsync(taken, CancellationToken.None)).TrimEnd());
                File.Delete(taken);
            }

            await Task.Delay(50, stopping);
        }
    }

    [LoggerMessage(LogLevel.Information, "Job {Job} done: {Words}")]
    private partial void Done(string job, string words);
}

/// <summary>
/// Appends a line to the file of --ticks ten times a second: the time in milliseconds, the process, and the term, by which a reader
/// sees who wrote it, and that no two ever wrote at the same time.
/// </summary>
internal sealed partial class Ticker(IConfiguration configuration, ServingLifetime serving) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        if (configuration["ticks"] is not { } file)
        {
            return;
        }

        long term = serving.Term;
        using SafeFileHandle ticks = Append(file);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        do
        {
            RandomAccess.Write(ticks, Encoding.ASCII.GetBytes($"{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()} {Environment.ProcessId} {term}\n"), fileOffset: 0);
        }
        while (await timer.WaitForNextTickAsync(stopping));
    }

    // Each write goes to the end, also if another process writes: what FileMode.Append does not promise.
    private static SafeFileHandle Append(string path)
    {
        const int WriteOnly = 1, Create = 0x40, AppendOnly = 0x400, CloseOnExec = 0x80000, OwnerWrites = 0x1A4;
        int file = open(path, WriteOnly | Create | AppendOnly | CloseOnExec, OwnerWrites);
        return file >= 0 ? new SafeFileHandle(file, ownsHandle: true) : throw new IOException($"{path} could not be opened: errno {Marshal.GetLastPInvokeError()}");
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, int mode);
}
