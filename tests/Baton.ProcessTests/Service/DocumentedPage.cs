using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Baton.ProcessTests.Http;

namespace Baton.ProcessTests.Service;

/// <summary>
/// A page of the documentation as a script: <c>&lt;!-- run --&gt;</c> before a block of commands runs it, <c>&lt;!-- file: NAME --&gt;</c> before any block writes it to that
/// file. Pages are one script, in a directory of its own, as a reader would do it; the port that they name is replaced by a free one.
/// </summary>
/// <param name="ownNetwork">Runs it in a network of its own, where every port is free: nothing is replaced.</param>
internal sealed partial class DocumentedPage(bool ownNetwork = false) : IAsyncDisposable
{
    private const string Port = "8199";

    // Builds on a busy machine.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);

    // A page says how long a reader waits on a machine that has nothing else to do; on a busy one it is as much longer as the machine has more to do.
    private const string SleepAsTheMachineDoes = """
        sleep() { case $1 in 0*) command sleep "$1" ;; *) command sleep "$(awk -v s="$1" -v cores="$(nproc)" '{ f = $1 / cores; print s * (f < 1 ? 1 : f > 20 ? 20 : f) }' /proc/loadavg)" ;; esac; }

        """;

    private readonly TemporaryDirectory _directory = new();
    private readonly string _mark = $"BATON_TEST_RUN={Guid.NewGuid()}";
    private readonly string _port = ownNetwork ? Port : FreePort.Next().ToString(CultureInfo.InvariantCulture);

    private string Said => _directory.PathOf("said");

    internal string PathOf(string file) => _directory.PathOf(file);

    /// <summary>Does what the pages say, one after the other; a command that fails is a failure.</summary>
    /// <param name="pages">Their paths in the repository. A README's commands are for the clone's directory, those of the others for an empty one.</param>
    /// <returns>What the commands wrote.</returns>
    internal async Task<string> RunAsync(params string[] pages)
    {
        string directory = pages[0].EndsWith("README.md", StringComparison.Ordinal) ? Repository.Root : Directory.CreateDirectory(PathOf("reader")).FullName;
        await RunScriptAsync(string.Concat(pages.Select(Script)), directory);
        return File.ReadAllText(Said);
    }

    /// <summary>Waits until all that the pages have started has ended by itself.</summary>
    /// <returns>What all of that wrote.</returns>
    internal async Task<string> EndedAsync()
    {
        await Deadline.UntilAsync(() => ProcessTable.StartedWith(_mark).Count == 0);
        return File.ReadAllText(Said);
    }

    public async ValueTask DisposeAsync()
    {
        await Deadline.UntilAsync(() =>
        {
            foreach (int pid in ProcessTable.StartedWith(_mark))
            {
                _ = Libc.kill(pid, Libc.SIGKILL);
            }

            return ProcessTable.StartedWith(_mark).Count == 0;
        });
        TestOutput.Write(File.Exists(Said) ? File.ReadAllText(Said) : "");
        _directory.Dispose();
    }

    private string Script(string page)
    {
        var script = new StringBuilder();
        foreach (Match block in Block().Matches(File.ReadAllText(Path.Combine(Repository.Root, page))))
        {
            string content = block.Groups["content"].Value.Replace(Port, _port, StringComparison.Ordinal);
            script.Append(block.Groups["file"] is { Success: true } file ? $"cat >'{file.Value}' <<'END-OF-FILE'\n{content}END-OF-FILE\n" : content);
        }

        Assert.True(script.Length > 0, $"{page} has nothing to run.");
        return script.ToString();
    }

    private async Task RunScriptAsync(string script, string directory)
    {
        File.WriteAllText(PathOf("page.sh"), SleepAsTheMachineDoes + script);

        // To a file: what the page starts may outlive the script, and would keep a pipe open.
        string[] network = ownNetwork ? ["unshare", "--net", .. Environment.IsPrivilegedProcess ? Array.Empty<string>() : ["--map-root-user"]] : ["env"];
        string begin = ownNetwork ? "ip link set lo up; " : "";
        var start = new ProcessStartInfo(network[0], [.. network[1..], "bash", "-c", begin + "exec bash -veuo pipefail \"$0\" >\"$1\" 2>&1", PathOf("page.sh"), Said])
        {
            WorkingDirectory = directory,
        };
        string[] mark = _mark.Split('=');
        start.Environment[mark[0]] = mark[1];
        start.Environment["BATON"] = Repository.Root;
        start.Environment["DOTNET_EnableDiagnostics"] = "0";

        // No part of MSBuild may outlive its build: the test would wait for its end.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["RunAnalyzers"] = "false";

        // What the pages refer to is built already: test.sh has done it.
        start.Environment["BuildProjectReferences"] = "false";
        start.Environment["NuGetAudit"] = "false";
        using Process shell = Process.Start(start)!;
        await Deadline.UntilAsync(() => shell.HasExited, Limit);
        Assert.True(shell.ExitCode == 0, $"A command failed with {shell.ExitCode}; the last lines:\n{string.Join('\n', File.ReadLines(Said).TakeLast(15))}");
    }

    [GeneratedRegex(@"^<!-- (run|file: (?<file>\S+)) -->\n```\w+\n(?<content>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
