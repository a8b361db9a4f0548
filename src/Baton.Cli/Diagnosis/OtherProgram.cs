using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Baton.Cli.Diagnosis;

/// <summary>Runs programs of the system, such as systemctl.</summary>
internal static class OtherProgram
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <returns>The standard output; null if the program is not there, fails, or takes too long.</returns>
    internal static string? Ask(string program, IReadOnlyList<string> arguments)
    {
        try
        {
#pragma warning disable RS0030 // A command that runs for a moment holds no descriptors that others could inherit.
            using var process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            });
#pragma warning restore RS0030
            Task<string> output = process!.StandardOutput.ReadToEndAsync();
            if (!process.WaitForExit(Limit))
            {
                process.Kill();
                return null;
            }

            return process.ExitCode == 0 ? output.GetAwaiter().GetResult() : null;
        }
        catch (ExternalException)
        {
            // Not installed.
            return null;
        }
    }
}
