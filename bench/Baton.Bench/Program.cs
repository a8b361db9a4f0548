using Baton.Bench.CommandLine;

return await BenchCommand.RunAsync(args);
