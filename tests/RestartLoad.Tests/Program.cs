using RestartLoad.Tests.Servers;

namespace RestartLoad.Tests;

/// <summary>The test program; <c>serve PATH [stubborn]</c> makes it the service that the tests let RestartLoad start.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (args is ["serve", string socketPath, .. string[] manners])
        {
            await UnixSocketService.RunAsync(socketPath, isStubborn: manners is ["stubborn"]);
            return 0;
        }

        // As in the entry point that xunit generates.
        return args.Contains("--server") || args.Contains("--internal-msbuild-node")
            ? await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(
                args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
            : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
    }
}
