using System.Diagnostics;
using System.Text;

namespace Baton.ProcessTests.Service;

/// <summary>The command <c>baton</c> as a process, in a pipe as a script runs it.</summary>
internal sealed class BatonCommand : IAsyncDisposable
{
    internal static readonly string Program = Path.Combine(AppContext.BaseDirectory.Replace("Baton.ProcessTests", "Baton.Cli", StringComparison.Ordinal), "baton");
    private readonly Process _process;
    private readonly StringBuilder _error = new();

    private BatonCommand(ServiceProcess service, string[] args)
    {
        var start = new ProcessStartInfo(Program, args) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["BATON_CONTROL_DIR"] = service.ControlDirectory;
        _process = new Process { StartInfo = start };
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_error)
            {
                _error.AppendLine(line.Data);
            }
        };
        _process.Start();
        _process.BeginErrorReadLine();
        _process.StandardInput.Close();
    }

    internal string ErrorSoFar
    {
        get
        {
            lock (_error)
            {
                return _error.ToString().TrimEnd();
            }
        }
    }

    /// <summary>Runs it to its end.</summary>
    internal static async Task<BatonResult> RunAsync(ServiceProcess service, params string[] args)
    {
        await using BatonCommand command = Start(service, args);
        return await command.EndAsync();
    }

    internal static BatonCommand Start(ServiceProcess service, params string[] args) => new(service, args);

    internal void Interrupt(int signal = Libc.SIGINT) => ServiceProcess.Signal(_process.Id, signal);

    /// <summary>The next line of its output; null at the end.</summary>
    internal Task<string?> ReadLineAsync() => _process.StandardOutput.ReadLineAsync().InTime("a line of baton");

    internal Task SaysAsync(string words) => Deadline.UntilAsync(() => ErrorSoFar.Contains(words, StringComparison.Ordinal), $"baton says {words}");

    internal async Task<BatonResult> EndAsync()
    {
        string output = await _process.StandardOutput.ReadToEndAsync().InTime("the output of baton");
        await _process.WaitForExitAsync().InTime("the end of baton");
        var result = new BatonResult(_process.ExitCode, output.TrimEnd(), ErrorSoFar);
        TestOutput.Write($"$ baton {string.Join(' ', _process.StartInfo.ArgumentList)}\n{result.Output}\n{result.Error}\nexit code {result.ExitCode}\n");
        Assert.DoesNotContain('\u001b', result.Output + result.Error);
        return result;
    }

    public ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
        return ValueTask.CompletedTask;
    }
}

internal sealed record BatonResult(int ExitCode, string Output, string Error);
