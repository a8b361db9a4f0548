using System.CommandLine;

namespace RestartLoad.CommandLine;

/// <summary>The command line as a whole.</summary>
internal static class EntryPoint
{
    private const string Description =
        """
        Loads a service on this machine by clients that never retry, restarts it meanwhile, and fails if any request does.

        After -- comes the command that starts the service; without it, the service runs already.
        Every answer of the service names its process in the header X-Pid.
        Exit codes: 0 nothing failed, 1 something failed, 2 wrong usage.
        """;

    public static async Task<int> RunAsync(string[] args, Streams streams)
    {
        // Split here and not by System.CommandLine, which would expand @file arguments and misspelt options into the service's
        // command.
        int separator = Array.IndexOf(args, "--");
        string[] own = separator < 0 ? args : args[..separator];
        string[] serviceCommand = separator < 0 ? [] : args[(separator + 1)..];

        RootCommand root = new(Description) { CertificateCommand.Create(streams) };
        LoadCommand.AddTo(root, streams, serviceCommand);
        ParseResult parsed = root.Parse(own);
        if (parsed.Errors.Count > 0)
        {
            foreach (System.CommandLine.Parsing.ParseError error in parsed.Errors)
            {
                await streams.Error.WriteLineAsync(error.Message);
            }

            return ExitCodes.WrongUsage;
        }

        InvocationConfiguration configuration = new()
        {
            Output = streams.Output,
            Error = streams.Error,

            // Ctrl-C ends the load at once, but a service that was started here is stopped first.
            ProcessTerminationTimeout = TimeSpan.FromMinutes(1),
        };
        return await parsed.InvokeAsync(configuration);
    }
}
