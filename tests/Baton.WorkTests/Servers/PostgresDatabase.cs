using System.Diagnostics;
using Baton.ProcessTests.Service;
using Npgsql;

namespace Baton.WorkTests.Servers;

/// <summary>PostgreSQL for the tests of a class, in a directory of its own with a unix socket: it has no port.</summary>
public sealed class PostgresDatabase : IAsyncLifetime
{
    // Debian's, whatever its version.
    private static readonly string? s_programs = Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql")
            .Select(version => Path.Combine(version, "bin"))
            .LastOrDefault(bin => File.Exists(Path.Combine(bin, "postgres")))
        : null;

    // The server refuses to run as root.
    private static readonly string[] s_asPostgres =
        Environment.IsPrivilegedProcess ? ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];

    private static readonly string[] s_newData =
        ["-A", "trust", "-U", "baton", "--no-sync", "--no-instructions", "--locale=C", "-E", "UTF8"];

    // On no port, and with little of everything.
    private static readonly string[] s_settings =
    [
        "-h", "", "-c", "fsync=off", "-c", "autovacuum=off", "-c", "max_connections=50", "-c", "shared_buffers=8MB",
        "-c", "dynamic_shared_memory_type=mmap", "-c", "max_logical_replication_workers=0",
    ];

    // Not in a temporary directory of ours, which is closed to the server's user.
    private readonly string _directory = $"/tmp/baton-postgres-{Guid.NewGuid():N}";
    private ServerProcess? _server;

    internal string ConnectionString => $"Host={_directory};Username=baton;Database=postgres;Timeout=60;Command Timeout=60";

    public async ValueTask InitializeAsync()
    {
        Assert.True(s_programs is not null, "PostgreSQL is not installed: ./test.sh does that.");
        await RunAsync([.. s_asPostgres, "/usr/bin/mkdir", "-m", "700", _directory]);
        await RunAsync([.. s_asPostgres, Path.Combine(s_programs, "initdb"), "-D", Data, .. s_newData]);
        _server = new ServerProcess(
            "INT",
            Path.Combine(_directory, "postgres.out"),
            [.. s_asPostgres, Path.Combine(s_programs, "postgres"), "-D", Data, "-k", _directory, .. s_settings]);
        await _server.ReadyAsync(Accepts);
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
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string errors = await process.StandardError.ReadToEndAsync().InTime();
        await process.WaitForExitAsync().InTime();
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', command)}: {await output}{errors}");
    }

    private bool Accepts()
    {
        try
        {
            using var connection = new NpgsqlConnection(ConnectionString);
            connection.Open();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
