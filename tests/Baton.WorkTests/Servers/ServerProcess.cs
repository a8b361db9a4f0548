using System.Diagnostics;
using System.Globalization;
using Baton.ProcessTests.Service;

namespace Baton.WorkTests.Servers;

/// <summary>
/// A server of the test's own, which ends with it: by a signal to this one process when it is disposed, or when this program ends,
/// in whatever way, since a shell waits for the end of its input.
/// </summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    // The shell would say that its child was killed.
    private const string Script =
        """
        end=$1 output=$2; shift 2
        exec 3<&0 2>/dev/null
        "$@" 3<&- </dev/null >"$output" 2>&1 &
        server=$!
        { read -r _ <&3; kill -s "$end" "$server"; } &
        wait "$server"
        """;

    private readonly Process _shell;
    private readonly string _output;
    private readonly string _name;

    /// <param name="end">The signal that ends it at once, and in order: it holds nothing that anybody needs.</param>
    /// <param name="output">The file for what it writes.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="environment">Its whole environment, but for PATH.</param>
    internal ServerProcess(string end, string output, IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? environment = null)
    {
        _output = output;
        _name = Path.GetFileName(command[0]);
        var start = new ProcessStartInfo("/bin/sh", ["-c", Script, "sh", end, output, .. command]) { RedirectStandardInput = true, WorkingDirectory = "/" };
        start.Environment.Clear();
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH");
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        _shell = Process.Start(start)!;
    }

    /// <summary>Waits until it is ready.</summary>
    internal async Task ReadyAsync(Func<Task<bool>> isReady)
    {
        await Deadline.UntilAsync(async () => _shell.HasExited || await isReady(), $"{_name} to be ready");
        Assert.False(_shell.HasExited, _shell.HasExited ? string.Create(CultureInfo.InvariantCulture, $"{_name} ended ({_shell.ExitCode}): {File.ReadAllText(_output)}") : "");
    }

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        _shell.Dispose();
    }
}
