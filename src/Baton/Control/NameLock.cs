using System.Globalization;
using System.Text;
using Baton.Interop;
using Baton.Resources;
using Microsoft.Extensions.Logging;

namespace Baton.Control;

/// <summary>
/// The lock of the service's name: <c>NAME.lock</c> beside the control socket, locked by flock(2). It tells who is the service of
/// that name, and refuses nobody: a process that finds it taken serves without, and takes it when it is free. The kernel frees it
/// with the last descriptor of its open file description, which a restart passes on. So it is free when no process is left that
/// serves, or may serve again. Safe to call from any thread.
/// </summary>
/// <param name="binding">Where the control socket is.</param>
/// <param name="predecessor">It has the lock until it leaves, which is nothing to tell; null in a first generation.</param>
/// <param name="logger">For a lock that is taken.</param>
internal sealed class NameLock(Lazy<ControlBinding> binding, int? predecessor, ILogger logger) : ICommitResource
{
    private const uint Mode = 0x180; // 0600
    private const int LongestContent = 32;

    // A file that its last holder removes at the very moment in which it is opened is no use.
    private const int Tries = 3;

    private readonly Lock _lock = new();
    private Descriptor? _held;
    private bool _wanted;
    private bool _ended;
    private bool _passed;
    private bool _said;

    public ResourceKind Kind => ResourceKind.NameLock;

    public IReadOnlyList<PassedResource> Held
    {
        get
        {
            lock (_lock)
            {
                return _held is null ? [] : [new PassedResource(Key, _held, "")];
            }
        }
    }

    /// <summary>The process that has the lock, as far as the file tells; null for none.</summary>
    internal int? Holder
    {
        get
        {
            lock (_lock)
            {
                return _held is not null ? Environment.ProcessId : Read();
            }
        }
    }

    private string Path => binding.Value.LockPath;

    private ResourceKey Key => new(ResourceKind.NameLock, Path);

    /// <summary>This process serves: it is to have the lock from now on.</summary>
    internal void Want()
    {
        lock (_lock)
        {
            (_wanted, _passed) = (!_ended, false);
        }
    }

    /// <summary>Takes the lock if it is wanted and free, and writes there who has it. Call again from time to time.</summary>
    internal void Take()
    {
        lock (_lock)
        {
            if (!_wanted)
            {
                return;
            }

            if (_held is not null && !IsAtPath(_held))
            {
                // The file was removed, and another process may have made and locked a new one.
                _held.Dispose();
                _held = null;
            }

            for (int i = 0; i < Tries && _held is null; i++)
            {
                _held = TryLock();
            }

            int? holder = Read();
            if (_held is not null && holder != Environment.ProcessId)
            {
                Write();
            }
            else if (_held is null && !_said && holder is { } other && other != predecessor && other != Environment.ProcessId)
            {
                _said = true;
                logger.NameTaken(binding.Value.Name, other, Environment.ProcessId);
            }
        }
    }

    /// <summary>Another program is about to be started in place of this process, and gets nothing from it.</summary>
    internal void Yield()
    {
        lock (_lock)
        {
            _wanted = false;
            Close(removeFile: true);
        }
    }

    public void Passing()
    {
        lock (_lock)
        {
            (_wanted, _passed) = (false, true);
        }
    }

    public void Load(ResourceKey key, Descriptor descriptor)
    {
        lock (_lock)
        {
            if (_ended || _held is not null || key != Key || !IsAtPath(descriptor))
            {
                // This configuration has another name or directory, or nobody finds that file any more.
                descriptor.Dispose();
                return;
            }

            _held = descriptor;
        }
    }

    public void Release(Func<ResourceKey, bool> elsewhere)
    {
        lock (_lock)
        {
            (_wanted, _ended) = (false, true);
            Close(removeFile: !_passed && _held is not null && !elsewhere(Key));
        }
    }

    private Descriptor? TryLock()
    {
        const int Flags = Libc.O_WRONLY | Libc.O_CREAT | Libc.O_CLOEXEC | Libc.O_NONBLOCK | Libc.O_NOCTTY;
        var file = new Descriptor(Libc.open(Path, Flags | Libc.O_NOFOLLOW, Mode));
        if (!file.IsInvalid && Libc.flock(file.Number, Libc.LOCK_EX | Libc.LOCK_NB) == 0 && IsAtPath(file))
        {
            return file;
        }

        file.Dispose();
        return null;
    }

    private bool IsAtPath(Descriptor file) =>
        Libc.Stat(Path) is { } there && there.Is(Libc.S_IFREG) && Libc.Stat(file.Number) is { } ours && there.IsSameFile(ours);

    // Removed while it is locked: who opened it before finds that it is not at the path any more.
    private void Close(bool removeFile)
    {
        if (removeFile && _held is not null && IsAtPath(_held))
        {
            _ = Libc.unlink(Path);
        }

        _held?.Dispose();
        _held = null;
    }

    // The runtime's own files would be locked by flock(2), too.
    private unsafe void Write()
    {
        using var file = new Descriptor(Libc.open(
            Path, Libc.O_WRONLY | Libc.O_CLOEXEC | Libc.O_NONBLOCK | Libc.O_NOCTTY | Libc.O_NOFOLLOW));
        if (file.IsInvalid)
        {
            // The lock is held all the same; only its holder stays unnamed until the next attempt.
            return;
        }

        byte[] text = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId,-10}\n"));
        fixed (byte* start = text)
        {
            _ = Libc.write(file.Number, start, (nuint)text.Length);
        }
    }

    private int? Read() =>
        PlainFile.Read(Path, LongestContent) is { } content
        && int.TryParse(
            Encoding.ASCII.GetString(content).AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
            ? pid
            : null;
}
