using System.Net;

namespace Baton.Bench.Restarts;

/// <summary>As many addresses as one likes on a single port: all of 127.0.0.0/8 is this machine.</summary>
internal static class ManyAddresses
{
    public static IReadOnlyList<IPEndPoint> Of(int count, int port) =>
        [.. Enumerable.Range(0, count).Select(i => new IPEndPoint(new IPAddress([127, 0, (byte)(i / 250), (byte)(1 + (i % 250))]), port))];
}
