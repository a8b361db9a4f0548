using System.Diagnostics;
using Baton.ProcessTests.Service;
using Npgsql;

namespace Baton.WorkTests.Servers;

/// <summary>PostgreSQL for the tests of a class, in a directory of its own and with a unix socket there: it has no port.</summary>
public sealed class PostgresDatabase : IAsyncLifetime
{
    // Debian's, whatever its version.
    private static readonly string? s_programs = Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin")).LastOrDefault(d => File.Exists(Path.Combine(d, "postgres")))
        : null;

    // The server refuses to run as root.
    private static readonly string[] s_asPostgres = Environment.IsPrivilegedProcess ? ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];

    // Not in a temporary directory of ours, which is closed to the server's user.
    private readonly string _directory = $"/tmp/baton-postgres-{Guid.NewGuid():N}";
    private ServerProcess? _server;

    internal string ConnectionString => $"Host={_directory};Username=baton;Database=postgres;Timeout=60;Command Timeout=60";

    public async ValueTask InitializeAsync()
    {
        Assert.True(s_programs is not null, "PostgreSQL is not installed: ./test.sh does that.");
        await RunAsync([.. s_asPostgres, "/usr/bin/mkdir", "-m", "700", _directory]);
        await RunAsync([.. s_asPostgres, Path.Combine(s_programs, "initdb"), "-D", Data, "-A", "trust", "-U", "baton", "--no-sync", "--no-instructions", "--locale=C", "-E", "UTF8"]);
        _server = new ServerProcess("INT", Path.Combine(_directory, "postgres.out"), [
            .. s_asPostgres, Path.Combine(s_programs, "postgres"), "-D", Data, "-k", _directory, "-h", "", "-c", "fsync=off", "-c", "autovacuum=off", "-c", "max_connections=50",
            "-c", "shared_buffers=8MB", "-c", "dynamic_shared_memory_type=mmap", "-c", "max_logical_replication_workers=0"]);
        await _server.ReadyAsync(AcceptsAsync);
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    private string Data => Path.Combine(_directory, "data");

    private static async Task RunAsync(IReadOnlyList<string> command)
    {
        using Process process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string errors = await process.StandardError.ReadToEndAsync().InTime();
        await process.WaitForExitAsync().InTime();
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', command)}: {await output}{errors}");
    }

    private async Task<bool> AcceptsAsync()
    {
        try
        {
            await using var connection = new NpgsqlConnection(ConnectionString);
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
