using System.Net.Sockets;
using System.Runtime.InteropServices;

/// <summary>
/// Runs inside a measured service before its own Main, because DOTNET_STARTUP_HOOKS names this assembly: says on request how many bytes
/// the service has allocated. So the measured programs stay as they are. Its name and place are a contract of the runtime.
/// </summary>
internal static class StartupHook
{
    internal const string PathVariable = "BATON_BENCH_PROBE";

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(PathVariable) is { } path)
        {
            Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listener.Bind(new UnixDomainSocketEndPoint(path));
            listener.Listen();
            new Thread(() => Answer(listener)) { IsBackground = true, Name = "bench-probe" }.Start();
        }
    }

    /// <summary>Blocking calls on a thread of its own: neither the thread pool nor the heap of the service is used.</summary>
    private static void Answer(Socket listener)
    {
        using Socket peer = listener.Accept();
        Span<byte> question = stackalloc byte[1];
        Span<byte> answer = stackalloc byte[sizeof(long)];
        while (peer.Receive(question) > 0)
        {
            // Precise: stops all threads for a moment, to count what they have allocated and not only what they have reserved.
            long bytes = GC.GetTotalAllocatedBytes(precise: true);
            MemoryMarshal.Write(answer, in bytes);
            peer.Send(answer);
        }
    }
}
