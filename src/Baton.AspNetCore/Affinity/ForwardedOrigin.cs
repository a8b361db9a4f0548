using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;

namespace Baton.AspNetCore.Affinity;

/// <summary>
/// Where a forwarded request comes from, which the older process could not see. It rides in a header that is believed only over
/// a private connection.
/// </summary>
internal static class ForwardedOrigin
{
    internal const string Header = "baton-origin";

    private const char Separator = ' ';

    internal static string Of(HttpContext context) => string.Join(
        Separator,
        context.Request.Scheme,
        Text(context.Connection.RemoteIpAddress, context.Connection.RemotePort),
        Text(context.Connection.LocalIpAddress, context.Connection.LocalPort),
        context.Connection.ClientCertificate is { } certificate ? Convert.ToBase64String(certificate.RawData) : "");

    /// <summary>Gives it to the request, as if it had come to this process.</summary>
    internal static void Apply(HttpContext context)
    {
        string[] parts = context.Request.Headers[Header].ToString().Split(Separator);
        context.Request.Headers.Remove(Header);
        if (parts is not [var scheme, var remote, var local, var certificate])
        {
            return;
        }

        context.Request.Scheme = scheme;
        if (IPEndPoint.TryParse(remote, out IPEndPoint? client))
        {
            (context.Connection.RemoteIpAddress, context.Connection.RemotePort) = (client.Address, client.Port);
        }

        if (IPEndPoint.TryParse(local, out IPEndPoint? server))
        {
            (context.Connection.LocalIpAddress, context.Connection.LocalPort) = (server.Address, server.Port);
        }

        if (certificate.Length > 0)
        {
            context.Connection.ClientCertificate = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(certificate));
        }
    }

    private static string Text(IPAddress? address, int port) =>
        address is null ? "-" : new IPEndPoint(address, port).ToString();
}
