using System.Text.Json;
using RestartLoad.CommandLine;
using RestartLoad.Tests.Servers;

namespace RestartLoad.Tests;

/// <summary>What callers and scripts rely on: exit codes, the totals line, and JSON.</summary>
public sealed class CommandLineTests
{
    [Fact]
    public async Task A_run_without_failures_exits_with_0_and_says_so_in_its_last_line()
    {
        await using GoodServer server = await GoodServer.StartAsync();

        (int exitCode, string output, _) = await InvokeAsync(
            "--http", server.HttpUrl, "--mode", "keepalive", "--mode", "new=50x2", "--min-requests", "50");

        Assert.Equal(0, exitCode);
        Assert.Matches(@"\nTotal: \d+ requests, 0 failed, 0 restarts\n$", output);
        Assert.DoesNotContain('\x1b', output);
    }

    [Fact]
    public async Task A_run_with_a_failed_request_exits_with_1()
    {
        await using RawServer server = new(static connection => connection.ReadRequestAsync());

        (int exitCode, string output, _) = await InvokeAsync("--http", server.Url, "--mode", "new=50x1", "--min-requests", "1");

        Assert.Equal(1, exitCode);
        Assert.Matches(@"Total: (\d+) requests, \1 failed, 0 restarts\n$", output);
        Assert.Contains("ClosedWithoutAnswer", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_restart_exits_with_1_though_no_request_failed()
    {
        using FakeGenerations generations = new();
        await using RawServer server = RawServer.Answering(() => generations.CurrentPid);

        (int exitCode, string output, _) = await InvokeAsync(
            "--http", server.Url, "--mode", "keepalive=50x1", "--restarts", "1", "--interval", "0-10", "--trigger", "true",
            "--restart-timeout", "0.2");

        Assert.Equal(1, exitCode);
        Assert.Contains(" 0 failed, 0 restarts", output, StringComparison.Ordinal);
        Assert.Contains("Restart 1 failed: No new process answered", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("--bogus")]
    [InlineData("--http", "http://127.0.0.1:1", "stray")]
    [InlineData("--http", "http://192.0.2.1:80")]
    [InlineData("--http", "http://example.com")]
    [InlineData("--http", "https://127.0.0.1:1")]
    [InlineData("--http", "http://127.0.0.1:1", "--mode", "h2-get")]
    [InlineData("--http", "http://127.0.0.1:1", "--mode", "keepalive=fast")]
    [InlineData("--http", "http://127.0.0.1:1", "--mix", "shaken")]
    [InlineData("--http", "http://127.0.0.1:1", "--interval", "3-1")]
    [InlineData("--http", "http://127.0.0.1:1", "--restarts", "-1")]
    [InlineData("--http", "http://127.0.0.1:1", "--restarts", "many")]
    [InlineData("--http", "http://127.0.0.1:1", "--signal", "SIGSEGV")]
    [InlineData("--http", "http://127.0.0.1:1", "--duration", "1e99")]
    [InlineData("--http", "http://127.0.0.1:1", "--scale", "NaN")]
    [InlineData("--http", "http://127.0.0.1:1", "--release", "/tmp=serves", "--", "true")]
    [InlineData("--http", "http://127.0.0.1:1", "--release", "/tmp=serves", "--current", "/proc/self/exe")]
    [InlineData("--http", "http://127.0.0.1:1", "--release", "/tmp=serves", "--current", "/proc/self/exe", "--restarts", "1", "--", "true")]
    [InlineData("--http", "http://127.0.0.1:1", "--release", "/tmp=serves", "--current", "/tmp", "--", "true")]
    [InlineData("--http", "http://127.0.0.1:1", "--release", "/tmp=crashes", "--current", "/proc/self/exe", "--", "true")]
    [InlineData("--http", "http://127.0.0.1:1", "--release", "/no/such=serves", "--current", "/proc/self/exe", "--", "true")]
    [InlineData("--http", "http://127.0.0.1:1", "--current", "/proc/self/exe", "--", "true")]
    public async Task Wrong_usage_exits_with_2_and_makes_no_request(params string[] arguments)
    {
        (int exitCode, string output, string error) = await InvokeAsync(arguments);

        Assert.Equal(2, exitCode);
        Assert.Empty(output);
        Assert.NotEmpty(error);
    }

    [Fact]
    public async Task JSON_on_standard_output_is_alone_there()
    {
        using FakeGenerations generations = new();
        await using RawServer server = RawServer.Answering(() => generations.CurrentPid);

        (int exitCode, string output, string error) = await InvokeAsync(
            "--http", server.Url, "--mode", "keepalive=100x2", "--restarts", "1", "--interval", "10-20",
            "--trigger", "kill {pid}", "--report-every", "1", "--json", "-");

        using JsonDocument json = JsonDocument.Parse(output);
        JsonElement root = json.RootElement;
        Assert.Equal(0, exitCode);
        Assert.Equal(1, root.GetProperty("schemaVersion").GetInt32());
        Assert.True(root.GetProperty("passed").GetBoolean());
        Assert.Equal(1, root.GetProperty("totals").GetProperty("restarts").GetInt32());
        Assert.Equal(2, root.GetProperty("snapshots").GetArrayLength());
        Assert.Equal("keepalive", root.GetProperty("modes")[0].GetProperty("name").GetString());
        Assert.Contains("Total: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_certificate_command_writes_a_key_that_only_its_owner_may_read()
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("restart-load-tests");

        (int exitCode, _, _) = await InvokeAsync("certificate", directory.FullName);

        Assert.Equal(0, exitCode);
        Assert.True(File.Exists(Path.Combine(directory.FullName, "cert.pem")));
        UnixFileMode mode = File.GetUnixFileMode(Path.Combine(directory.FullName, "key.pem"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, mode);
        directory.Delete(recursive: true);
    }

    private static async Task<(int ExitCode, string Output, string Error)> InvokeAsync(params string[] arguments)
    {
        StringWriter output = new();
        StringWriter error = new();
        int exitCode = await EntryPoint.RunAsync(arguments, new Streams(output, error));
        return (exitCode, output.ToString(), error.ToString());
    }
}
