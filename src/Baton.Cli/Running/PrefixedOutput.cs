using System.Collections.Concurrent;
using Baton.Interop;
using Baton.Processes;

namespace Baton.Cli.Running;

/// <summary>
/// Writes the service's lines whole, each behind the time and the process that wrote it. The kernel names the sender of bytes on
/// a unix socket, which a pipe does not. Has its own thread, so that a slow reader of the output delays no signal. Owns the
/// sockets.
/// </summary>
internal sealed class PrefixedOutput : IDisposable
{
    private const int ChunkBytes = 16 * 1024;

    private readonly Stream _output;
    private readonly Stream _error;
    private readonly (Descriptor First, Descriptor Second) _wake = LocalSocket.Pair();
    private readonly ConcurrentQueue<int> _ended = new();
    private readonly Thread _thread;
    private volatile bool _finishes;

    /// <param name="generationOf">The generation of a process, from any thread; null for none.</param>
    /// <param name="say">Tells people that an output is closed.</param>
    internal PrefixedOutput(Func<int, int?> generationOf, Action<string> say)
    {
        _output = new Stream("output", number: 1, generationOf, say);
        _error = new Stream("error", number: 2, generationOf, say);
        _thread = new Thread(Run) { IsBackground = true, Name = "baton-output" };
        _thread.Start();
    }

    /// <summary>The service's standard output and error.</summary>
    internal (Descriptor Output, Descriptor Error) Ends => (_output.Writer, _error.Writer);

    /// <summary>A process has ended: what it wrote last may have no line end.</summary>
    internal void Ended(int pid)
    {
        _ended.Enqueue(pid);
        Wake();
    }

    /// <summary>Writes what is there, and ends.</summary>
    internal void Finish()
    {
        _finishes = true;
        Wake();
        _thread.Join();
    }

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
        _wake.First.Dispose();
        _wake.Second.Dispose();
    }

    private void Wake() => _ = LocalSocket.Send(_wake.Second, "!"u8);

    private void Run()
    {
        Span<byte> wakes = stackalloc byte[64];
        bool finishes;
        do
        {
            _ = Poller.WaitRead(_output.Number, _error.Number, _wake.First.Number, Timeout.InfiniteTimeSpan);
            while (LocalSocket.Receive(_wake.First, wakes) > 0)
            {
                // Only that something is there counts.
            }

            // In this order: what a process wrote came before its end.
            finishes = _finishes;
            int[] ended = [.. _ended];
            _output.Copy();
            _error.Copy();
            foreach (int pid in ended)
            {
                _ = _ended.TryDequeue(out _);
                _output.End(pid);
                _error.End(pid);
            }
        }
        while (!finishes);

        _output.EndAll();
        _error.EndAll();
    }

    private sealed class Stream : IDisposable
    {
        private readonly string _name;
        private readonly int _number;
        private readonly Func<int, int?> _generationOf;
        private readonly Action<string> _say;
        private readonly (Descriptor First, Descriptor Second) _pair = LocalSocket.Pair();
        private readonly Dictionary<int, SenderLines> _senders = [];
        private readonly byte[] _chunk = new byte[ChunkBytes];
        private bool _isClosed;

        internal Stream(string name, int number, Func<int, int?> generationOf, Action<string> say)
        {
            (_name, _number, _generationOf, _say) = (name, number, generationOf, say);
            ControlData.NameSenders(_pair.First);

            // What the service reads from its output is nothing.
            _ = Libc.shutdown(_pair.First.Number, Libc.SHUT_WR);
        }

        internal int Number => _pair.First.Number;

        internal Descriptor Writer => _pair.Second;

        /// <summary>Writes the whole lines that are there.</summary>
        internal void Copy()
        {
            while (ControlData.Receive(_pair.First, _chunk, out ControlData attached) is > 0 and int n)
            {
                int pid = attached.Forget() ?? 0;
                if (!_senders.TryGetValue(pid, out SenderLines? lines))
                {
                    Forget();
                    _senders[pid] = lines = new SenderLines(pid, Generation(pid), Write);
                }

                lines.Add(_chunk.AsSpan(0, n));
            }
        }

        internal void End(int pid)
        {
            if (_senders.Remove(pid, out SenderLines? lines))
            {
                lines.End();
            }
        }

        internal void EndAll()
        {
            foreach (int pid in _senders.Keys.ToArray())
            {
                End(pid);
            }
        }

        public void Dispose()
        {
            _pair.First.Dispose();
            _pair.Second.Dispose();
        }

        // A program that the service has started counts to its generation.
        private int? Generation(int pid)
        {
            for (int? at = pid; at is > 1; at = ProcessFacts.ParentOf(at.Value))
            {
                if (_generationOf(at.Value) is { } generation)
                {
                    return generation;
                }
            }

            return null;
        }

        // Processes whose own parent collected them are not reported as ended.
        private void Forget()
        {
            foreach (int gone in _senders.Keys.Where(pid => !CurrentProcess.Sees(pid)).ToArray())
            {
                End(gone);
            }
        }

        private void Write(ReadOnlySpan<byte> line)
        {
            while (line.Length > 0 && !_isClosed)
            {
                int written = Pipe.Write(_number, line);
                if (written >= 0)
                {
                    line = line[written..];
                }
                else if (written == -Libc.EAGAIN)
                {
                    _ = Poller.Wait(_number, Libc.POLLOUT, Timeout.InfiniteTimeSpan);
                }
                else if (written != -Libc.EINTR)
                {
                    // The service must not end because nobody reads its lines.
                    _isClosed = true;
                    _say($"Standard {_name} can't be written ({Libc.Describe(-written)}): lines are lost from here on");
                }
            }
        }
    }
}
