using Baton.ProcessTests.Service;
using Baton.WorkTests.Servers;
using Npgsql;

namespace Baton.WorkTests;

/// <summary>
/// One writer among the processes of two machines, which are two services in two directories: docs/workers-recipes.md.
/// </summary>
public sealed class PostgresTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>, IAsyncLifetime
{
    private const string Schema =
        """
        drop table if exists account, entry;
        create table account (entries int not null, term bigint not null);
        create table entry (id bigserial primary key, term bigint not null, machine text not null, pid int not null);
        insert into account values (0, 0);
        """;

    // The session that has the lock of the machines.
    private const string EndLock = "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted";

    private readonly NpgsqlDataSource _database = NpgsqlDataSource.Create(database.ConnectionString);
    private readonly WorkDone _done = new();

    public async ValueTask InitializeAsync() => await _database.CreateCommand(Schema).ExecuteNonQueryAsync();

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _done.Dispose();
    }

    [Fact]
    public async Task One_machine_writes_at_a_time_and_one_that_lost_the_lock_is_refused()
    {
        await using ServiceProcess one = await StartAsync("one");
        await using ServiceProcess two = await StartAsync("two");
        Writer writer = await NextAsync(default);

        // A restart of the one that writes, then of the one that waits.
        writer = await AfterAsync(writer, () => Of(writer).RestartAsync());
        writer = await AfterAsync(writer, () => Of(writer).RestartAsync());
        await Other(writer).RestartAsync();

        // It notices that it has lost the lock.
        writer = await AfterAsync(writer, EndLockAsync);
        writer = await LoseUnawareAsync(writer);
        await one.StopAsync();
        await two.StopAsync();
        await AssertOneAtATimeAsync();

        ServiceProcess Of(Writer w) => w.Machine == "one" ? one : two;
        ServiceProcess Other(Writer w) => w.Machine == "one" ? two : one;

        // It loses the lock while it is stopped, and does not look for it when it goes on: as one whose statement was under way.
        async Task<Writer> LoseUnawareAsync(Writer w)
        {
            Of(w).SetNextBehaviour("blind");
            Other(w).SetNextBehaviour("blind");
            await Other(w).RestartAsync();
            w = await AfterAsync(w, () => Of(w).RestartAsync());
            ServiceProcess old = Of(w);

            // On probation its predecessor would take its standing still for a failure.
            await old.Log.FirstAsync($"Process {old.Pid}, generation .*: OnProbation -> Serving");
            old.Signal(Libc.SIGSTOP);
            Writer next = await AfterAsync(w, EndLockAsync);
            Assert.NotEqual(w.Machine, next.Machine);
            old.Signal(Libc.SIGCONT);
            await old.Log.FirstAsync($"Process {old.Pid} was refused with term {w.Term}");
            return next;
        }
    }

    // The old process goes on writing after it has handed over. What refuses it is Baton's own number.
    [Fact]
    public async Task Term_refuses_an_old_writer_after_a_restart_and_rises_at_a_roll_back()
    {
        ServiceSetup setup = _done.Setup("postgres-term", "--Database", database.ConnectionString, "--Machine", "one");
        await using ServiceProcess service =
            await ServiceProcess.StartAsync(setup with { FirstBehaviour = "blind", Probation = TimeSpan.FromHours(1) });
        Writer first = await NextAsync(default);
        service.SetNextBehaviour("");
        int old = await service.RestartAsync();
        await service.Log.FirstAsync($"Process {old} was refused with term {first.Term}");
        Writer second = await NextAsync(first);
        Assert.Equal((old, service.Pid), (first.Pid, second.Pid));

        ServiceProcess.Signal(service.Pid, Libc.SIGKILL);
        Writer third = await NextAsync(second);
        Assert.Equal(old, third.Pid);
        List<Writer> entries = await ReadAsync("order by id");
        Assert.All(entries.Zip(entries.Skip(1)), pair => Assert.True(pair.First.Term <= pair.Second.Term, $"{pair.Second} comes after {pair.First}"));
    }

    private Task<ServiceProcess> StartAsync(string machine) =>
        ServiceProcess.StartAsync(_done.Setup("postgres", "--Database", database.ConnectionString, "--Machine", machine));

    private async Task EndLockAsync() => await _database.CreateCommand(EndLock).ExecuteNonQueryAsync();

    /// <summary>Does something that ends the turn of a writer.</summary>
    /// <returns>The next writer.</returns>
    private async Task<Writer> AfterAsync(Writer writer, Func<Task> end)
    {
        await end();
        return await NextAsync(writer);
    }

    private async Task<Writer> NextAsync(Writer before)
    {
        Writer last = before;
        await Deadline.UntilAsync(
            async () =>
            {
                last = (await ReadAsync("order by id desc limit 1")).SingleOrDefault();
                return last.Term > before.Term;
            },
            $"a writer after {before}");
        return last;
    }

    private async Task AssertOneAtATimeAsync()
    {
        List<Writer> entries = await ReadAsync("order by id");
        Assert.All(entries.Zip(entries.Skip(1)), pair => Assert.True(
            pair.First == pair.Second || pair.First.Term < pair.Second.Term, $"{pair.Second} comes after {pair.First}"));
        Assert.Equal(entries.Count, await _database.CreateCommand("select entries from account").ExecuteScalarAsync());
        int processes = entries.DistinctBy(entry => entry.Pid).Count();
        Console.WriteLine($"PostgreSQL: {entries.Count} entries in {entries.Distinct().Count()} terms of {processes} processes.");
    }

    private async Task<List<Writer>> ReadAsync(string which)
    {
        await using NpgsqlCommand command = _database.CreateCommand($"select term, machine, pid from entry {which}");
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        List<Writer> entries = [];
        while (await reader.ReadAsync())
        {
            entries.Add(new Writer(reader.GetInt64(0), reader.GetString(1), reader.GetInt32(2)));
        }

        return entries;
    }

    private readonly record struct Writer(long Term, string Machine, int Pid);
}
