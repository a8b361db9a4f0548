using Baton.Hosting;
using Medallion.Threading.Postgres;
using Npgsql;
using TestService;

namespace WorkService;

/// <summary>
/// Writes to a row to which one process of one machine may write at a time. Baton keeps the processes of this machine apart, the
/// lock of the database the machines, and the number in each statement a writer that has lost the lock and does not know it yet.
/// </summary>
internal sealed partial class AccountWriter(IConfiguration configuration, Behaviour behaviour, ILogger<AccountWriter> logger)
    : BackgroundService
{
    internal const string TakeTerm = "update account set term = term + 1 returning term";

    internal const string Write =
        """
        with written as (update account set entries = entries + 1 where term = $1 returning term)
        insert into entry (term, machine, pid) select term, $2, $3 from written
        """;

    private readonly string _connection = configuration["Database"]!;
    private readonly string _machine = configuration["Machine"]!;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var machines = new PostgresDistributedLock(new PostgresAdvisoryLockKey("account", allowHashing: true), _connection);
        await using NpgsqlDataSource database = NpgsqlDataSource.Create(_connection);

        // In the background and not in StartAsync, so that no restart waits for the other machine.
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using PostgresDistributedLockHandle held = await machines.AcquireAsync(cancellationToken: stoppingToken);
                using var mayWrite = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, held.HandleLostToken);
                CancellationToken cancel = mayWrite.Token;
                if (behaviour.Has("blind"))
                {
                    cancel = stoppingToken;
                }

                await WriteAsync(database, cancel);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // The lock is lost, or the database is away; to release a lost lock throws, too.
                Lost(logger, e, Environment.ProcessId);
                await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken);
            }
        }
    }

    private async Task WriteAsync(NpgsqlDataSource database, CancellationToken cancel)
    {
        // The one that all machines share: their clocks may differ, and so do the terms of Baton.
        await using NpgsqlCommand take = database.CreateCommand(TakeTerm);
        long term = (long)(await take.ExecuteScalarAsync(cancel))!;
        Writes(logger, Environment.ProcessId, term);

        await using NpgsqlCommand write = database.CreateCommand(Write);
        write.Parameters.Add(new() { Value = term });
        write.Parameters.Add(new() { Value = _machine });
        write.Parameters.Add(new() { Value = Environment.ProcessId });
        while (await write.ExecuteNonQueryAsync(cancel) > 0)
        {
            await Task.Delay(50, cancel);
        }

        Refused(logger, Environment.ProcessId, term);
    }

    [LoggerMessage(1, LogLevel.Information, "Process {Pid} writes with term {Term}")]
    private static partial void Writes(ILogger logger, int pid, long term);

    [LoggerMessage(2, LogLevel.Warning, "Process {Pid} has lost the lock")]
    private static partial void Lost(ILogger logger, Exception exception, int pid);

    [LoggerMessage(3, LogLevel.Warning, "Process {Pid} was refused with term {Term}")]
    private static partial void Refused(ILogger logger, int pid, long term);
}
