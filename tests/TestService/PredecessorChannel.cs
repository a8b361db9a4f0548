using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace TestService;

/// <summary>The channel to the predecessor, used behind Baton's back.</summary>
internal static class PredecessorChannel
{
    private static Socket? s_kept;

    /// <summary>Keeps a descriptor of it: Baton moves its own away from the number that it was given, and removes the variable that names it.</summary>
    internal static void Keep()
    {
        if (Environment.GetEnvironmentVariable("BATON_HANDOVER") is { } address)
        {
            int descriptor = Libc.Duplicate(int.Parse(address.Split(':')[0], CultureInfo.InvariantCulture));
            s_kept = new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
        }
    }

    internal static async Task SayAsync(byte[] bytes) => await s_kept!.SendAsync(bytes);

    /// <summary>Ends the channel for both, as closing the descriptor would if nobody were waiting on it.</summary>
    internal static void Close() => s_kept!.Shutdown(SocketShutdown.Both);

    /// <summary>Writes what the predecessor says to the log, as text.</summary>
    internal static async Task PrintWhatComesAsync()
    {
        byte[] buffer = new byte[4096];
        int read;
        while ((read = await s_kept!.ReceiveAsync(buffer)) > 0)
        {
            await Console.Out.WriteLineAsync($"The predecessor said {Encoding.Latin1.GetString(buffer, 0, read).ReplaceLineEndings(" ")}");
        }
    }
}
