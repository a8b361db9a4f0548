using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RestartLoad.CommandLine;

/// <summary>
/// A certificate for this machine's loopback names. Elliptic curve, because a new TLS connection then costs a third of RSA's.
/// </summary>
internal static class SelfSignedCertificate
{
    public static async Task WriteAsync(string directory, CancellationToken cancellation)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(1));

        Directory.CreateDirectory(directory);
        string certificatePem = certificate.ExportCertificatePem() + "\n";
        await File.WriteAllTextAsync(Path.Combine(directory, "cert.pem"), certificatePem, cancellation);
        await WritePrivatelyAsync(Path.Combine(directory, "key.pem"), key.ExportPkcs8PrivateKeyPem() + "\n", cancellation);
    }

    private static async Task WritePrivatelyAsync(string path, string text, CancellationToken cancellation)
    {
        File.Delete(path); // The mode below holds for a new file only.
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        await using StreamWriter writer = new(path, options);
        await writer.WriteAsync(text.AsMemory(), cancellation);
    }
}
