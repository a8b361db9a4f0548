using System.Diagnostics;
using System.Globalization;
using Baton.ProcessTests.Service;

namespace Baton.SystemdTests.Machine;

/// <summary>
/// A machine with a systemd of its own, booted for the tests of a class by <c>systemd-nspawn</c> on a copy of this one's files. Where that can't be done every test
/// is skipped, and says why.
/// </summary>
public sealed class SystemdMachine(SystemdPackages packages) : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private Process? _boot;
    private NetworkNamespace? _network;

    internal static string TestService => TestBuild.Directory;

    internal static string Hello { get; } = TestBuild.UsualOf("Hello");

    internal static string Cli { get; } = TestBuild.UsualOf("Baton.Cli");

    internal static string Samples { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../samples/systemd"));

    /// <summary>Why there is none; null if there is.</summary>
    internal string? Problem { get; private set; }

    /// <summary>What could not be had, for those that need it.</summary>
    internal string Notes { get; private set; } = "";

    internal int Version { get; private set; }

    /// <summary>Whether it has cgroup v2 alone, as machines have today.</summary>
    internal bool UnifiedCgroups { get; private set; }

    internal NetworkNamespace Network => _network!;

    private string Leader { get; set; } = "";

    public async ValueTask InitializeAsync()
    {
        Problem = FindProblem();
        if (Problem is not null)
        {
            return;
        }

        string[] bound = [.. TestBuild.Directories, Hello, Cli, Samples, DotnetRoot()];
        _boot = Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Machine/boot.sh"), [_directory.PathOf(""), packages.Directory, .. bound])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        Task<string> errors = _boot.StandardError.ReadToEndAsync();
        while (Leader.Length == 0 && await _boot.StandardOutput.ReadLineAsync().InTime("the machine to boot") is { } line)
        {
            Take(line);
        }

        if (Leader.Length == 0)
        {
            Problem = $"no systemd could be booted here: {Notes} {(await errors).Trim()}";
            return;
        }

        _network = new NetworkNamespace($"/proc/{Leader}/ns/net");
        Console.WriteLine($"The machine runs systemd {Version} with {(UnifiedCgroups ? "cgroup v2" : "cgroup v1")}. {Notes}");
    }

    public async ValueTask DisposeAsync()
    {
        _network?.Dispose();
        if (_boot is not null)
        {
            // The end of its input ends the machine.
            _boot.StandardInput.Close();
            await _boot.WaitForExitAsync().InTime("the end of the machine");
            _boot.Dispose();
        }

        _directory.Dispose();
    }

    /// <summary>Runs a command in the machine.</summary>
    internal async Task<CommandResult> RunAsync(params string[] command)
    {
        string[] enter = ["-t", Leader, "-m", "-p", "-u", "-i", "-n", "-C", "--", .. command];
        var start = new ProcessStartInfo("nsenter", enter) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync().InTime($"the end of {string.Join(' ', command)}");
        await process.WaitForExitAsync().InTime($"the end of {string.Join(' ', command)}");
        return new CommandResult(string.Join(' ', command), process.ExitCode, output.Trim(), (await errors).Trim());
    }

    /// <summary>Runs a command that must succeed.</summary>
    /// <returns>What it wrote.</returns>
    internal async Task<string> DoAsync(params string[] command)
    {
        CommandResult result = await RunAsync(command);
        Assert.True(result.Code == 0, result.ToString());
        return result.Output;
    }

    /// <summary>A file of the machine, as it is seen from here.</summary>
    internal string PathOf(string file) => $"/proc/{Leader}/root{file}";

    internal void Write(string file, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(file))!);
        File.WriteAllText(PathOf(file), content);
    }

    // Wherever the runtime is that runs this.
    private static string DotnetRoot() => typeof(object).Assembly.Location.Split("/shared/")[0];

    private static string? FindProblem() =>
        !Environment.IsPrivilegedProcess ? "this needs root"
        : !File.Exists("/usr/bin/systemd-nspawn") ? "there is no systemd-nspawn (Debian: systemd-container)"
        : null;

    private void Take(string line)
    {
        string[] words = line.Split(' ', 2);
        switch (words[0])
        {
            case "systemd":
                Version = int.Parse(words[1].Split(' ')[0], CultureInfo.InvariantCulture);
                break;
            case "cgroups":
                UnifiedCgroups = words[1] == "unified";
                break;
            case "leader":
                Leader = words[1];
                break;
            default:
                Notes += words[^1];
                break;
        }
    }
}

/// <summary>What became of a command.</summary>
internal sealed record CommandResult(string Command, int Code, string Output, string Errors)
{
    public override string ToString() => $"{Command}: exit code {Code}\n{Output}\n{Errors}";
}
