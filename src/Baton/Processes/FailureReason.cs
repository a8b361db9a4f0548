using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using Baton.Interop;

namespace Baton.Processes;

/// <summary>
/// The reason of this process's failure as one line for the predecessor. The runtime prints the whole exception to standard
/// error.
/// </summary>
internal static class FailureReason
{
    private const int AddressInUse = 98; // EADDRINUSE

    /// <summary>
    /// The exception and its causes. If an address was in use, also the predecessor's listeners that were not handed over.
    /// </summary>
    /// <param name="exception">Null if the thrown object is no exception.</param>
    /// <param name="predecessor">The process that may hold the address; null for none.</param>
    internal static string Describe(Exception? exception, int? predecessor)
    {
        List<Exception> causes = [.. Causes(exception)];
        if (causes.Count == 0)
        {
            return "an unhandled exception";
        }

        string text = string.Join(
            " <- ", causes.Select(e => $"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}").Distinct());
        return predecessor is { } pid && causes.Exists(IsAddressInUse)
            ? text + Holder(pid, causes.OfType<BindException>().FirstOrDefault())
            : text;
    }

    // HttpListener reports the kernel's number, sockets report the number of Windows.
    private static bool IsAddressInUse(Exception e) =>
        e is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse }
            or Win32Exception { NativeErrorCode: AddressInUse or (int)SocketError.AddressAlreadyInUse };

    // A listener of somebody else's does not say which address it wanted, so all are named that it may be.
    private static string Holder(int predecessor, BindException? ours)
    {
        if (ours is { NamesHolder: true })
        {
            return "";
        }

        IReadOnlyList<IPEndPoint> held = ForeignListeners.Of(predecessor);
        IPEndPoint[] named = [.. held.Where(e => ours?.Address is not { } wanted || wanted.Port == e.Port)];
        return named.Length == 0
            ? ""
            : $"; process {predecessor}, the predecessor, still listens on {string.Join(", ", named.AsEnumerable())}, " +
                $"which Baton does not hand over (docs/other-listeners.md)";
    }

    private static IEnumerable<Exception> Causes(Exception? exception)
    {
        for (Exception? e = exception; e is not null; e = e.InnerException)
        {
            // An aggregate of one: its only exception is enough.
            yield return e is AggregateException { InnerExceptions: [var only] } ? only : e;
            if (e is AggregateException { InnerExceptions.Count: 1 })
            {
                e = e.InnerException!;
            }
        }
    }
}
