using System.Net.Sockets;
using Baton.Interop;

namespace Baton.Resources;

/// <summary>An idle connection on its way from one process to another.</summary>
/// <param name="Key">The listener that accepted it.</param>
/// <param name="Descriptor">The connection; whoever has this object owns it.</param>
/// <param name="Input">Bytes that were read from it and belong to its next request.</param>
internal sealed record MovedConnection(string Key, Descriptor Descriptor, byte[] Input)
{
    /// <summary>Ends the stream, and closes it.</summary>
    internal void Close()
    {
        _ = Libc.shutdown(Descriptor.Number, Libc.SHUT_WR);
        Descriptor.Dispose();
    }

    /// <summary>A socket that owns it.</summary>
    internal Socket ToSocket()
    {
        var handle = new SafeSocketHandle(Descriptor.Number, ownsHandle: true);
        Descriptor.SetHandleAsInvalid();
        return new Socket(handle);
    }
}
