using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests.Http;

/// <summary>A self-signed certificate in two PEM files, for the service to be configured with.</summary>
internal sealed class TestCertificate : IDisposable
{
    private const string Subject = "CN=localhost";
    private readonly TemporaryDirectory _directory = new();

    internal TestCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(Subject, key, HashAlgorithmName.SHA256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(CertificatePath, certificate.ExportCertificatePem());
        File.WriteAllText(KeyPath, key.ExportPkcs8PrivateKeyPem());
    }

    private string CertificatePath => _directory.PathOf("certificate.pem");

    private string KeyPath => _directory.PathOf("key.pem");

    /// <summary>Arguments for an HTTPS endpoint on a free port.</summary>
    internal IReadOnlyList<string> Endpoint =>
    [
        "--Kestrel:Endpoints:Https:Url=https://127.0.0.1:0",
        $"--Kestrel:Endpoints:Https:Certificate:Path={CertificatePath}",
        $"--Kestrel:Endpoints:Https:Certificate:KeyPath={KeyPath}",
    ];

    /// <summary>Arguments that make it the certificate of endpoints that name none.</summary>
    internal IReadOnlyList<string> Default =>
        [$"--Kestrel:Certificates:Default:Path={CertificatePath}", $"--Kestrel:Certificates:Default:KeyPath={KeyPath}"];

    /// <summary>For a client: whether the service has shown such a certificate.</summary>
    internal static bool IsIt(object sender, X509Certificate? shown, X509Chain? chain, SslPolicyErrors errors) =>
        shown?.Subject == Subject;

    public void Dispose() => _directory.Dispose();
}
