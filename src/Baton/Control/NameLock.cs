using System.Globalization;
using Baton.Interop;
using Baton.Resources;
using Microsoft.Extensions.Logging;

namespace Baton.Control;

/// <summary>
/// The lock of the service's name: <c>NAME.lock</c> beside the control socket, locked by flock(2). It shows which process has the
/// name, and refuses nobody: a process that finds it taken serves anyway, and takes it when it is free. The kernel frees it with
/// the last descriptor of its open file description, which a restart passes on. So it is free when no process serves or may serve
/// again. Safe to call from any thread.
/// </summary>
/// <param name="binding">The binding of the control socket.</param>
/// <param name="predecessor">The predecessor, which has the lock until it ends; null in a first generation.</param>
/// <param name="logger">Logs a lock that is taken.</param>
internal sealed class NameLock(Lazy<ControlBinding> binding, int? predecessor, ILogger logger) : ICommitResource
{
    // The last holder may remove the file while it is opened.
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

    /// <summary>The process that has the lock, as the file says; null for none.</summary>
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

    private LockFile File => new(binding.Value.LockPath);

    private ResourceKey Key => new(ResourceKind.NameLock, File.Path);

    /// <summary>It was taken already when this process looked for one to take over from; null if not.</summary>
    internal void Has(Descriptor? taken)
    {
        lock (_lock)
        {
            _held = taken;
        }
    }

    /// <summary>This process serves: it wants the lock from now on.</summary>
    internal void Want()
    {
        lock (_lock)
        {
            (_wanted, _passed) = (!_ended, false);
        }
    }

    /// <summary>Takes the lock if it is wanted and free, and writes its pid. Call again from time to time.</summary>
    internal void Take()
    {
        lock (_lock)
        {
            if (!_wanted)
            {
                return;
            }

            if (_held is not null && !File.IsAtPath(_held))
            {
                // The file was removed, and another process may have made and locked a new one.
                _held.Dispose();
                _held = null;
            }

            for (int i = 0; i < Tries && _held is null; i++)
            {
                _held = File.TryLock();
            }

            int? holder = Read();
            if (_held is not null && holder != Environment.ProcessId)
            {
                File.Write(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId,-10}\n"));
            }
            else if (_held is null && !_said && holder is { } other && other != predecessor && other != Environment.ProcessId)
            {
                _said = true;
                logger.NameTaken(binding.Value.Name, other, Environment.ProcessId);
            }
        }
    }

    /// <summary>Another program is about to replace this process, and gets nothing from it.</summary>
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
            if (_ended || _held is not null || key != Key || !File.IsAtPath(descriptor))
            {
                // This configuration has another name or directory, or the file is no longer at its path.
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

    // Removed while locked: a process that opened it before sees that it is gone from the path.
    private void Close(bool removeFile)
    {
        if (removeFile && _held is not null && File.IsAtPath(_held))
        {
            File.Remove();
        }

        _held?.Dispose();
        _held = null;
    }

    private int? Read() => int.TryParse(File.Read(), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) ? pid : null;
}
