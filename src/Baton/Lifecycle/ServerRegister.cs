using Microsoft.Extensions.Logging;

namespace Baton.Lifecycle;

/// <summary>
/// The servers of this process. The process is ready when all of them are. From any thread; decisions are made on the control
/// loop, in the order of the calls.
/// </summary>
internal sealed class ServerRegister(ControlLoop loop, ILogger logger, RestarterOptions options, IStartingProcess process)
{
    private readonly List<RegisteredServer> _servers = [];
    private int _added;
    private int _living;
    private bool _saidReady;
    private bool _limited;
    private bool _settled;
    private LoopTimer? _settling;
    private string? _awaited;

    // The predecessor measures this time for a successor, from the start of the process.
    private TimeSpan ReadyTimeout => process.AwaitsCommit ? Timeout.InfiniteTimeSpan : options.ReadyTimeout;

    /// <summary>Adds a server. The process waits for it from now on.</summary>
    internal RegisteredServer Add(string? name)
    {
        var server = new RegisteredServer(name, Interlocked.Increment(ref _added), () => Volatile.Read(ref _added));
        Interlocked.Increment(ref _living);
        loop.Post(() => Join(server));
        return server;
    }

    /// <summary>The server can serve.</summary>
    /// <returns>Whether the process is ready. False if it waits for other servers: this one must not wait for them, since they
    /// may be started after it.</returns>
    internal Task<bool> ReadyAsync(RegisteredServer server)
    {
        var decided = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(() =>
        {
            server.IsReady = true;
            try
            {
                Look();
            }
            finally
            {
                // The start of the server waits for this.
                decided.SetResult(_saidReady);
            }
        });

        // After the disposal of the restarter nothing is decided.
        return Task.WhenAny(decided.Task, loop.Ended).ContinueWith(
            _ => decided.Task.IsCompletedSuccessfully && decided.Task.Result,
            CancellationToken.None,
            TaskContinuationOptions.None,
            TaskScheduler.Default);
    }

    /// <summary>The server has ended, or will not be started: the process no longer waits for it.</summary>
    /// <returns>Whether it was the last one.</returns>
    internal bool Leave(RegisteredServer server)
    {
        if (!server.Leave())
        {
            return false;
        }

        loop.Post(() => Remove(server));
        return Interlocked.Decrement(ref _living) == 0;
    }

    /// <summary>
    /// The start of the server failed. A successor with other servers ends then, since its predecessor has them all. A first
    /// generation serves with the others, if the application goes on.
    /// </summary>
    internal void Fail(RegisteredServer server, string reason) => loop.Post(() =>
    {
        if (_saidReady || _servers.Count == 1)
        {
            Leave(server);
        }
        else
        {
            // Its exception may end the process, and says more than this message.
            loop.Schedule(options.LaterServerTimeout, () => GoOnWithout(server, reason));
        }
    });

    private void Join(RegisteredServer server)
    {
        _servers.Add(server);
        _settled = false;
        if (_saidReady && process.AwaitsCommit)
        {
            logger.ServerLate(server.ToString(), Environment.ProcessId);
        }
    }

    private void Remove(RegisteredServer server)
    {
        _servers.Remove(server);
        Look();
    }

    private void GoOnWithout(RegisteredServer server, string reason)
    {
        // Otherwise it was shut down meanwhile, which is no failure.
        if (process.IsStarting)
        {
            logger.ServerFailed(server.ToString(), reason);
            if (process.AwaitsCommit)
            {
                process.GiveUp($"{server} did not start: {reason}");
                return;
            }
        }

        Leave(server);
    }

    private void Look()
    {
        if (_saidReady || !_servers.Exists(s => s.IsReady))
        {
            return;
        }

        string awaited = string.Join(", ", _servers.Where(s => !s.IsReady));
        if (awaited.Length > 0)
        {
            Await(awaited);
        }
        else if (!_settled && options.LaterServerTimeout > TimeSpan.Zero && process.HasUnclaimedListeners)
        {
            Await("another server, which may use the other listeners");
            _settling?.Cancel();
            _settling = loop.Schedule(options.LaterServerTimeout, () =>
            {
                _settled = true;
                Look();
            });
        }
        else
        {
            _saidReady = true;
            process.ServiceReady();
        }
    }

    private void Await(string awaited)
    {
        if (_awaited != awaited)
        {
            _awaited = awaited;
            logger.ServersAwaited(awaited);
            process.ReportProgress(PhaseName.Servers, $"waiting for {awaited}");
        }

        if (!_limited)
        {
            _limited = true;
            loop.Schedule(ReadyTimeout, ReadyTimeoutPassed);
        }
    }

    private void ReadyTimeoutPassed()
    {
        if (!_saidReady && process.IsStarting)
        {
            string limit = $"{ReadyTimeout.TotalSeconds:0.###} s";
            string awaited = string.Join(", ", _servers
                .Where(s => !s.IsReady)
                .Select(s => s.HasBegun ? $"{s}" : $"{s}, which was not started"));
            logger.ServersNotReady(Environment.ProcessId, limit, awaited);
            process.GiveUp($"it was not ready within {limit} (waiting for {awaited})");
        }
    }
}
