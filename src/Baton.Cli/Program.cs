using Baton.Cli;
using Baton.Cli.CommandLine;

return await EntryPoint.RunAsync(args, CliEnvironment.OfThisProcess());
