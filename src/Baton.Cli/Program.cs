using Baton.Cli;
using Baton.Cli.CommandLine;

bool outputWasClosed = StandardStreams.OpenClosed();
return await EntryPoint.RunAsync(args, CliEnvironment.OfThisProcess() with { OutputWasClosed = outputWasClosed });
