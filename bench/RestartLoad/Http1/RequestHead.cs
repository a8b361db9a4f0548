using System.Text;

namespace RestartLoad.Http1;

/// <summary>The bytes of a request's head.</summary>
internal static class RequestHead
{
    public static byte[] Get(string authority, string path, bool close) =>
        Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {authority}\r\n{(close ? "Connection: close\r\n" : "")}\r\n");

    /// <param name="authority">The Host header.</param>
    /// <param name="path">Where to post.</param>
    /// <param name="length">Length of the body; null: it comes in chunks.</param>
    public static byte[] Post(string authority, string path, int? length)
    {
        string framing = length is null ? "Transfer-Encoding: chunked" : $"Content-Length: {length}";
        return Encoding.ASCII.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: {authority}\r\nContent-Type: application/octet-stream\r\n{framing}\r\n\r\n");
    }
}
