using System.CommandLine;
using Baton.Bench.Allocations;
using Baton.Bench.Restarts;
using Baton.Bench.Results;
using Baton.Bench.Throughput;
using Baton.Bench.WarmUps;

namespace Baton.Bench.CommandLine;

/// <summary>The command line: one command for each benchmark, and one for all.</summary>
internal static class BenchCommand
{
    private const string Description =
        """
        Measures what Baton costs, each figure against a baseline of the same run.

        Exit codes: 0 every target is met, 1 one is missed, 2 wrong usage or nothing could be measured.
        What is measured how: docs/performance.md.
        """;

    public static async Task<int> RunAsync(string[] args)
    {
        ParseResult parsed = Create().Parse(args);

        // Interrupted, it first ends the services that it has started.
        int code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) });
        return parsed.Errors.Count > 0 ? ExitCodes.NotMeasured : code;
    }

    private static RootCommand Create()
    {
        IBenchmark[] benchmarks =
        [
            new ThroughputBenchmark(), new AllocationBenchmark(), new StartBenchmark(), new HandoverBenchmark(), new RollbackBenchmark(), new WarmUpBenchmark(),
        ];
        var options = new BenchOptions();
        RootCommand root = new(Description);
        options.AddTo(root);
        foreach (IBenchmark benchmark in benchmarks)
        {
            root.Subcommands.Add(Command(benchmark.Name, benchmark.Description, [benchmark], options));
        }

        root.Subcommands.Add(Command("all", "All of them, in one table", benchmarks, options));
        return root;
    }

    private static Command Command(string name, string description, IReadOnlyList<IBenchmark> benchmarks, BenchOptions options)
    {
        Command command = new(name, description);
        command.SetAction((parsed, cancellation) => RunAsync(benchmarks, options, parsed, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(
        IReadOnlyList<IBenchmark> benchmarks, BenchOptions options, ParseResult parsed, CancellationToken cancellation)
    {
        // Progress is not data.
        var progress = new ImmediateProgress(Console.Error);
        List<Measurement> measurements = [];
        try
        {
            foreach (IBenchmark benchmark in benchmarks)
            {
                progress.Report(benchmark.Name);
                measurements.AddRange(await benchmark.RunAsync(options.Read(parsed), progress, cancellation));
            }
        }
        catch (BenchException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return ExitCodes.NotMeasured;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCodes.NotMeasured;
        }

        ResultTable.Write(measurements);
        await options.WriteFilesAsync(parsed, measurements, cancellation);
        return measurements.Any(m => m.Passed == false) ? ExitCodes.TargetMissed : ExitCodes.TargetsMet;
    }

    /// <summary>Writes at once; <see cref="Progress{T}"/> would do so some time later on another thread.</summary>
    private sealed class ImmediateProgress(TextWriter writer) : IProgress<string>
    {
        public void Report(string value) => writer.WriteLine(value);
    }
}
