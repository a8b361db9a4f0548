using System.CommandLine;

namespace RestartLoad.CommandLine;

/// <summary><c>certificate DIR</c>: makes what a service needs to be loaded over TLS.</summary>
internal static class CertificateCommand
{
    public static Command Create(Streams streams)
    {
        Argument<DirectoryInfo> directory = new("directory") { Description = "Where cert.pem and key.pem are written" };
        Command command = new("certificate", "Writes a self-signed certificate for localhost and its key, valid for a year")
        {
            directory,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            string path = parsed.GetRequiredValue(directory).FullName;
            await SelfSignedCertificate.WriteAsync(path, cancellation);
            await streams.Output.WriteLineAsync($"Wrote {Path.Combine(path, "cert.pem")} and {Path.Combine(path, "key.pem")}.");
            return ExitCodes.Passed;
        });
        return command;
    }
}
