using RestartLoad.CommandLine;

return await EntryPoint.RunAsync(args, Streams.OfConsole());
