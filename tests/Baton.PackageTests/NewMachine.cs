using System.Diagnostics;
using System.Text.RegularExpressions;
using Baton.ProcessTests.Service;

namespace Baton.PackageTests;

/// <summary>
/// A home directory of its own, as on a new machine: no NuGet cache, no tools, and a clone of the repository in <c>~/baton</c>.
/// </summary>
public sealed partial class NewMachine : IAsyncLifetime
{
    internal const string Remote = "https://github.com/example/baton";

    // Builds on a busy machine.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);

    private readonly TemporaryDirectory _home = new();
    private Task<string>? _packed;

    internal string Clone => PathOf("baton");

    internal string Packages => PathOf("baton-packages");

    internal string PathOf(string name) => _home.PathOf(name);

    /// <summary>Everything that git would put into a clone, with the changes that are not committed yet.</summary>
    public async ValueTask InitializeAsync()
    {
        _ = Directory.CreateDirectory(Clone);
        await RunAsync(
            Repository.Root,
            "git ls-files --cached --others --exclude-standard -z | while read -rd '' f; do [ ! -e \"$f\" ] || printf '%s\\0' \"$f\"; done | " +
                "tar --null --files-from=- -c | tar -x -C ~/baton");
        await RunAsync(
            Clone,
            $"git init -q && git remote add origin {Remote} && git add -A && " +
                "git -c user.name=test -c user.email=test@example.org commit -q -m clone && git rev-parse HEAD");
    }

    /// <summary>The packages, made once by the command of README.md.</summary>
    /// <returns>What NuGet and the compiler said.</returns>
    internal Task<string> PackAsync() =>
        _packed ??= RunAsync(_home.PathOf(""), Block("feed").Split('\n')[0], ("NUGET_PACKAGES", MachineCache), ("CI", "true"));

    /// <summary>The commands of README.md with this mark.</summary>
    internal static string Block(string mark) =>
        MarkedBlock().Matches(File.ReadAllText(Path.Combine(Repository.Root, "README.md")))
            .Single(m => m.Groups["mark"].Value == mark)
            .Groups["content"].Value;

    /// <summary>Packages that are already on this machine, for builds that are not about packages.</summary>
    internal static string MachineCache =>
        Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget/packages");

    /// <summary>Runs commands as this user of the new machine would.</summary>
    /// <returns>What they wrote. A command that fails is a failure of the test.</returns>
    internal async Task<string> RunAsync(string directory, string script, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", $"exec 2>&1\n{script}"])
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
        };
        start.Environment["HOME"] = _home.PathOf("");
        _ = start.Environment.Remove("NUGET_PACKAGES");
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_GENERATE_ASPNET_CERTIFICATE"] = "false";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["NuGetAudit"] = "false";
        start.Environment["RunAnalyzers"] = "false";

        // No part of MSBuild may outlive its build: it would keep the pipe open.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        using Process shell = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Limit);
        string said = await shell.StandardOutput.ReadToEndAsync(limit.Token);
        await shell.WaitForExitAsync(limit.Token);
        TestOutput.Write($"$ {script}\n{said}");
        Assert.True(shell.ExitCode == 0, $"{script}\nended with {shell.ExitCode}:\n{said}");
        return said;
    }

    public ValueTask DisposeAsync()
    {
        _home.Dispose();
        return ValueTask.CompletedTask;
    }

    [GeneratedRegex(@"^<!-- packages: (?<mark>\w+) -->\n```sh\n(?<content>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex MarkedBlock();
}
