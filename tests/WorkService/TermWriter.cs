using Baton.Hosting;
using Npgsql;
using TestService;

namespace WorkService;

/// <summary>
/// Writes to a row while this process serves, each time with its term: the database refuses a process that has handed over and
/// goes on writing.
/// </summary>
internal sealed partial class TermWriter(
    IConfiguration configuration, ServingLifetime serving, Behaviour behaviour, ILogger<TermWriter> logger)
    : BackgroundService
{
    internal const string Write =
        """
        with written as (update account set entries = entries + 1, term = $1 where term <= $1 returning term)
        insert into entry (term, machine, pid) select term, $2, $3 from written
        """;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Once, when the work begins: a later question could get the number of a later term.
        long term = serving.Term;
        CancellationToken cancel = behaviour.Has("blind") ? CancellationToken.None : stoppingToken;
        await using NpgsqlDataSource database = NpgsqlDataSource.Create(configuration["Database"]!);
        await using NpgsqlCommand write = database.CreateCommand(Write);
        write.Parameters.Add(new() { Value = term });
        write.Parameters.Add(new() { Value = configuration["Machine"]! });
        write.Parameters.Add(new() { Value = Environment.ProcessId });
        while (await write.ExecuteNonQueryAsync(cancel) > 0)
        {
            await Task.Delay(50, cancel);
        }

        Refused(logger, Environment.ProcessId, term);
    }

    [LoggerMessage(1, LogLevel.Warning, "Process {Pid} was refused with term {Term}")]
    private static partial void Refused(ILogger logger, int pid, long term);
}
