using System.Diagnostics;

namespace Baton.ProcessTests.Service;

/// <summary>
/// A real terminal with bash in it, in which a service is started as a person does: by typing. tmux makes it. What is shown there is what the test reads as the service's log.
/// </summary>
internal sealed class TerminalWindow : IDisposable
{
    // Its output without colours, cursor movements and carriage returns.
    private const string Script = """
        tmux -L "$1" -f /dev/null new-session -d -x 250 -y 50 'exec bash --norc --noprofile'
        : > "$2"
        tmux -L "$1" pipe-pane "exec sed -u 's/\x1b\[[0-9;?]*[a-zA-Z]//g; s/\r//g' > '$2'"
        tmux -L "$1" send-keys "$3" Enter
        exec tail -n +1 -F "$4" 2>/dev/null
        """;

    private readonly TemporaryDirectory _directory = new();
    private readonly string _name = $"baton-{Guid.NewGuid():N}";

    internal TerminalWindow() =>
        Assert.SkipWhen(!File.Exists("/usr/bin/tmux"), "There is no tmux: what happens in a terminal is NOT tested. test.sh installs it.");

    /// <summary>A file for output that is not to be shown.</summary>
    internal string OutputFile => _directory.PathOf("output");

    /// <summary>A service that is started in it.</summary>
    /// <param name="command">What is typed; <c>{0}</c> is the program with its arguments.</param>
    /// <param name="log">Where the service writes; null for the terminal.</param>
    /// <param name="arguments">More arguments of the service.</param>
    internal ServiceSetup Setup(string command, string? log = null, params IEnumerable<string> arguments)
    {
        string words = string.Join(' ', new ServiceSetup().With(arguments).Arguments.Prepend(ServiceSetup.BuiltProgram));
        string shown = _directory.PathOf("shown");
        string typed = command.Replace("{0}", words, StringComparison.Ordinal);
        return new ServiceSetup { Command = ["sh", "-c", Script, "sh", _name, shown, typed, log ?? shown], Arguments = [] };
    }

    internal void Press(string key) => Run("send-keys", key);

    /// <summary>As a person closes a window.</summary>
    internal void Close() => Run("kill-pane");

    public void Dispose()
    {
        // It has gone if it was closed.
        using Process tmux = Start("kill-server");
        tmux.WaitForExit();
        _directory.Dispose();
    }

    private void Run(params string[] command)
    {
        using Process tmux = Start(command);
        tmux.WaitForExit();
        Assert.Equal(0, tmux.ExitCode);
    }

    private Process Start(params string[] command)
    {
        var start = new ProcessStartInfo("tmux", ["-L", _name, .. command]) { RedirectStandardError = true };
        return Process.Start(start)!;
    }
}
