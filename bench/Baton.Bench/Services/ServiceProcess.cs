using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace Baton.Bench.Services;

/// <summary>
/// A service and its successors. Owns the processes: the one that serves is ended on dispose. Only one thread at a time uses it.
/// </summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    /// <summary>Of the output, in errors: the first ones hold the reason.</summary>
    private const int LinesShown = 10;

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(15);

    private readonly Process _first;

    // Successors inherit the pipe of the first process, so that this is the output of all.
    private readonly ConcurrentQueue<string> _output = new();
    private WatchedProcess _serving;

    private ServiceProcess(Process first, IPEndPoint address)
    {
        (_first, Address) = (first, address);
        _serving = WatchedProcess.Of(first.Id);
        first.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        first.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        first.BeginOutputReadLine();
        first.BeginErrorReadLine();
    }

    public IPEndPoint Address { get; }

    public int Pid => _serving.Id;

    public IEnumerable<string> Output => _output;

    /// <summary>From exec to the first answer.</summary>
    public TimeSpan ColdStart { get; private set; }

    /// <summary>Processor time of the serving process so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            using var process = Process.GetProcessById(Pid);
            return process.TotalProcessorTime;
        }
    }

    /// <summary>Starts a service and waits for its first answer.</summary>
    /// <param name="command">What to start.</param>
    /// <param name="cancellation">Ends the wait and the service.</param>
    public static async Task<ServiceProcess> StartAsync(ServiceCommand command, CancellationToken cancellation)
    {
        long begun = Stopwatch.GetTimestamp();
        var service = new ServiceProcess(Process.Start(command.ToStartInfo())!, command.Address);
        try
        {
            await service.FirstAnswerAsync(pid => pid == service.Pid, cancellation);
            service.ColdStart = Stopwatch.GetElapsedTime(begun);
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>Restarts by SIGUSR2; the process of this service stays the one that is asked, and ended at last.</summary>
    /// <returns>The successor, which has answered, and is the caller's to dispose of.</returns>
    public async Task<WatchedProcess> StartSuccessorAsync(CancellationToken cancellation)
    {
        _serving.Send(WatchedProcess.SIGUSR2);
        return WatchedProcess.Of(await FirstAnswerAsync(pid => pid != Pid, cancellation));
    }

    /// <summary>Restarts by SIGUSR2, and waits until the predecessor has gone.</summary>
    /// <returns>From the signal to the first answer of the successor.</returns>
    public async Task<TimeSpan> RestartAsync(CancellationToken cancellation)
    {
        using WatchedProcess predecessor = _serving;
        long begun = Stopwatch.GetTimestamp();
        predecessor.Send(WatchedProcess.SIGUSR2);
        int successor = await FirstAnswerAsync(pid => pid != predecessor.Id, cancellation);
        TimeSpan took = Stopwatch.GetElapsedTime(begun);
        _serving = WatchedProcess.Of(successor);
        RequireEnd(predecessor);
        return took;
    }

    /// <summary>Restarts by SIGUSR2 and asks nobody, so that the first request of the successor is still to come.</summary>
    /// <returns>The predecessor, which has handed over and not ended; the caller's to dispose of.</returns>
    public async Task<WatchedProcess> HandOverAsync(CancellationToken cancellation)
    {
        WatchedProcess predecessor = _serving;
        int linesBefore = _output.Count;
        predecessor.Send(WatchedProcess.SIGUSR2);
        _serving = WatchedProcess.Of(await HandedOverLine.SuccessorAsync(_output, linesBefore, StartLimit, cancellation));
        return predecessor;
    }

    /// <exception cref="BenchException">It does not end.</exception>
    public static void RequireEnd(WatchedProcess predecessor)
    {
        if (!predecessor.WaitForEnd(EndLimit))
        {
            predecessor.Send(WatchedProcess.SIGKILL);
            throw new BenchException($"Process {predecessor.Id} had not ended {EndLimit.TotalSeconds:0} s after it handed over, and was killed.");
        }
    }

    public ValueTask DisposeAsync()
    {
        _serving.Send(WatchedProcess.SIGTERM);
        if (!_serving.WaitForEnd(EndLimit))
        {
            _serving.Send(WatchedProcess.SIGKILL);
        }

        _serving.Dispose();
        _first.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<int> FirstAnswerAsync(Func<int, bool> expected, CancellationToken cancellation)
    {
        try
        {
            return await FirstAnswer.WaitAsync(Address, expected, StartLimit, cancellation);
        }
        catch (TimeoutException)
        {
            string said = string.Join(Environment.NewLine, _output.Take(LinesShown).Prepend(""));
            throw new BenchException($"Process {Pid} did not serve on {Address} within {StartLimit.TotalSeconds:0} s. It said:{said}");
        }
    }
}
