using Baton.Cli.CommandLine;
using Baton.ProcessTests.Service;

namespace Baton.Cli.Tests.Support;

/// <summary>Runs the program in this process, in a world of its own: its directory of sockets, its streams.</summary>
internal sealed class Cli : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private readonly TextWriter _synchronizedOutput;
    private readonly TextWriter _synchronizedError;
    private readonly Interruption _interruption = new();

    internal Cli() => (_synchronizedOutput, _synchronizedError) = (TextWriter.Synchronized(_output), TextWriter.Synchronized(_error));

    internal string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("baton-").FullName;

    internal Dictionary<string, string> Variables { get; } = new() { ["TERM"] = "xterm", ["LANG"] = "C.UTF-8", ["USER"] = "alice" };

    internal bool IsTerminal { get; init; }

    internal int Width { get; init; } = 80;

    internal uint UserId { get; init; } = Interop.Libc.geteuid();

    internal Func<int, uint?> OwnerOf { get; init; } = _ => null;

    internal TimeProvider Time { get; init; } = TimeProvider.System;

    internal CliEnvironment CliEnvironment => new(_synchronizedOutput, _synchronizedError)
    {
        OutputIsTerminal = IsTerminal,
        ErrorIsTerminal = IsTerminal,
        Width = () => Width,
        Variable = name => name == "BATON_CONTROL_DIR" ? Directory : Variables.GetValueOrDefault(name),
        Time = Time,
        UserId = UserId,
        BusyAnswerLimit = TimeSpan.FromSeconds(2),
        OwnerOf = OwnerOf,
        Interruptions = () => _interruption,
    };

    internal string ErrorSoFar
    {
        get
        {
            // The writer's own lock: the program writes at the same time.
            lock (_synchronizedError)
            {
                return _error.ToString();
            }
        }
    }

    internal void Interrupt() => _interruption.Cancel();

    internal Task<CliResult> RunAsync(params string[] args) => RunAsync(CliEnvironment, args);

    /// <summary>The same in an environment that is made of <see cref="CliEnvironment"/>.</summary>
    internal async Task<CliResult> RunAsync(CliEnvironment environment, params string[] args)
    {
        _output.GetStringBuilder().Clear();
        _error.GetStringBuilder().Clear();
        int exitCode = await EntryPoint.RunAsync(args, environment).WaitAsync(Limit, TestContext.Current.CancellationToken);
        var result = new CliResult(exitCode, _output.ToString(), _error.ToString());
        TestOutput.Write($"$ baton {string.Join(' ', args)}\n{result.Output}{result.Error}exit code {exitCode}");
        return result;
    }

    public void Dispose()
    {
        System.IO.Directory.Delete(Directory, recursive: true);
        _output.Dispose();
        _error.Dispose();
    }
}

internal sealed record CliResult(int ExitCode, string Output, string Error);
