using System.CommandLine;
using System.Text.Json;
using RestartLoad.Load;
using RestartLoad.Output;
using Spectre.Console;

namespace RestartLoad.CommandLine;

/// <summary>
/// The command that loads: its options, the run, and the report. What is after <c>--</c> is the service to start.
/// </summary>
internal sealed class LoadCommand
{
    private readonly LoadOptions _options = new();
    private readonly Option<string?> _json = new("--json")
    {
        Description = "Writes the report as JSON to this file; -: to standard output, and nothing else there",
    };

    private readonly Streams _streams;
    private readonly IReadOnlyList<string> _serviceCommand;

    private LoadCommand(Streams streams, IReadOnlyList<string> serviceCommand) =>
        (_streams, _serviceCommand) = (streams, serviceCommand);

    public static void AddTo(Command command, Streams streams, IReadOnlyList<string> serviceCommand)
    {
        LoadCommand load = new(streams, serviceCommand);
        load._options.AddTo(command);
        command.Options.Add(load._json);
        command.SetAction(load.RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupt)
    {
        LoadSettings settings;
        try
        {
            settings = _options.Read(parsed, _serviceCommand);
        }
        catch (FormatException exception)
        {
            await _streams.Error.WriteLineAsync(exception.Message);
            return ExitCodes.WrongUsage;
        }

        RunState state = new();
        IRunDisplay display = CreateDisplay(state, settings);
        Task run = new LoadRun(settings, state, display).RunAsync(interrupt);
        try
        {
            await display.ShowAsync(run);
        }
        finally
        {
            await run; // Whatever happens to the display: only the run stops the service that it started.
        }

        RunReport report = RunReport.Of(state);
        await WriteAsync(report, parsed.GetValue(_json), interrupt);
        await KeepLogOnFailureAsync(settings, report.Passed);
        return report.Passed ? ExitCodes.Passed : ExitCodes.Failed;
    }

    /// <summary>
    /// Progress is not data: it goes to standard error, and so does the report for people when JSON has standard output.
    /// </summary>
    private IRunDisplay CreateDisplay(RunState state, LoadSettings settings)
    {
        IAnsiConsole console = Terminal.Create(_streams.Error, _streams.ErrorIsTerminal);
        return console.Profile.Capabilities.Ansi
            ? new ProgressBarDisplay(console, state, settings)
            : new PlainDisplay(_streams.Error, state, settings.Restarts.Count > 0);
    }

    private async Task WriteAsync(RunReport report, string? jsonPath, CancellationToken interrupt)
    {
        bool jsonHasOutput = jsonPath == "-";
        IAnsiConsole console = jsonHasOutput
            ? Terminal.Create(_streams.Error, _streams.ErrorIsTerminal)
            : Terminal.Create(_streams.Output, _streams.OutputIsTerminal);
        new ReportTables(console).Write(report);
        if (jsonPath is null)
        {
            return;
        }

        string json = JsonSerializer.Serialize(report, RunReportJson.Default.RunReport);
        await (jsonHasOutput ? _streams.Output.WriteLineAsync(json) : File.WriteAllTextAsync(jsonPath, json, interrupt));
    }

    private async Task KeepLogOnFailureAsync(LoadSettings settings, bool passed)
    {
        bool isTemporary = Path.GetDirectoryName(settings.ServiceLog) == Path.GetDirectoryName(Path.GetTempPath());
        if (settings.Command.Count > 0 && !passed)
        {
            await _streams.Error.WriteLineAsync($"The service's output is in {settings.ServiceLog}.");
        }
        else if (settings.Command.Count > 0 && isTemporary)
        {
            File.Delete(settings.ServiceLog);
        }
    }
}
