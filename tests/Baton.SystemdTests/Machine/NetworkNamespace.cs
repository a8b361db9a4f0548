using System.Collections.Concurrent;
using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Baton.SystemdTests.Machine;

/// <summary>
/// The network of another machine, entered by one thread (setns(2)): a socket belongs to the network in which it was made, wherever it is used.
/// </summary>
internal sealed partial class NetworkNamespace : IDisposable
{
    private const int CLONE_NEWNET = 0x40000000;
    private readonly BlockingCollection<Action> _work = [];

    internal NetworkNamespace(string file)
    {
        var entered = new TaskCompletionSource();
        new Thread(() => Run(file, entered)) { IsBackground = true, Name = "network" }.Start();
        entered.Task.GetAwaiter().GetResult();
    }

    /// <summary>Has a socket made there.</summary>
    internal Socket Create(Func<Socket> create)
    {
        var made = new TaskCompletionSource<Socket>();
        _work.Add(() =>
        {
            try
            {
                made.SetResult(create());
            }
            catch (SocketException e)
            {
                made.SetException(e);
            }
        });
        return made.Task.GetAwaiter().GetResult();
    }

    public void Dispose() => _work.CompleteAdding();

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setns(int descriptor, int kind);

    private void Run(string file, TaskCompletionSource entered)
    {
        try
        {
            using SafeFileHandle target = File.OpenHandle(file);
            if (setns((int)target.DangerousGetHandle(), CLONE_NEWNET) != 0)
            {
                throw new Win32Exception();
            }

            entered.SetResult();
        }
        catch (Exception e) when (e is IOException or Win32Exception)
        {
            entered.SetException(e);
            return;
        }

        foreach (Action work in _work.GetConsumingEnumerable())
        {
            work();
        }
    }
}
