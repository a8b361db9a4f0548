using System.Diagnostics;
using Baton.ProcessTests.Service;

namespace Baton.WorkTests.Servers;

/// <summary>
/// A server of the test's own: it gets a signal when it is disposed, and when this program ends, in whatever way, since a shell
/// waits for the end of its input.
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

    // A broker that starts has seconds of work, which a busy machine makes minutes of.
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(5);

    private readonly Process _shell;
    private readonly string _output;
    private readonly string _name;

    /// <param name="end">The signal that ends it at once, and in order: it holds nothing that anybody needs.</param>
    /// <param name="output">The file for what it writes.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="environment">Its whole environment, but for PATH.</param>
    internal ServerProcess(
        string end, string output, IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? environment = null)
    {
        _output = output;
        _name = Path.GetFileName(command[0]);
        var start = new ProcessStartInfo("/bin/sh", ["-c", Script, "sh", end, output, .. command])
        {
            RedirectStandardInput = true,
            WorkingDirectory = "/",
        };
        start.Environment.Clear();
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH");
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        _shell = Process.Start(start)!;
    }

    /// <summary>Waits until it is ready.</summary>
    internal async Task ReadyAsync(Func<bool> isReady)
    {
        await Deadline.UntilAsync(() => _shell.HasExited || isReady(), StartLimit, $"{_name} to be ready");
        Assert.False(_shell.HasExited, _shell.HasExited ? $"{_name} ended: {File.ReadAllText(_output)}" : "");
    }

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        _shell.Dispose();
    }
}
