using System.Globalization;
using Baton.Interop;
using Baton.Lifecycle;
using Baton.Resources;
using Microsoft.Extensions.Logging;

namespace Baton.Control;

/// <summary>
/// Keeps exclusive services from running in two processes, by two locks beside the control socket. <c>NAME.exclusive</c> excludes
/// unrelated processes: the service has it while a process serves or may serve again, a restart passes it on, and it holds the
/// number of the last term. <c>NAME.running</c> excludes the other process of a restart: each one locks it while its exclusive
/// services run. So no step of a restart, no crash and no defect of ours can run two of them. Safe to call from any thread.
/// </summary>
internal sealed class ExclusiveLock(string name, string? directory, TermNumbers terms, ILogger logger) : ICommitResource
{
    private readonly Lock _lock = new();
    private readonly Lazy<string> _directory =
        new(() => ControlDirectory.Choose(directory, Environment.GetEnvironmentVariable, Libc.geteuid()));

    private Descriptor? _owned;
    private Descriptor? _running;

    // Of a predecessor with another name or directory, which may serve again: it must not run beside this process.
    private LockFile? _former;
    private Descriptor? _formerRunning;
    private int _users;
    private bool _ended;
    private string? _written;

    public ResourceKind Kind => ResourceKind.ExclusiveLock;

    public IReadOnlyList<PassedResource> Held
    {
        get
        {
            lock (_lock)
            {
                return _owned is null ? [] : [new PassedResource(Key, _owned, "")];
            }
        }
    }

    /// <summary>Whether this process has exclusive services, and so uses the predecessor's lock.</summary>
    internal bool IsWanted { get; set; }

    private LockFile Owner => new(Path.Combine(_directory.Value, $"{name}{ControlProtocol.ExclusiveExtension}"));

    private LockFile Runner => new(Path.Combine(_directory.Value, $"{name}{ControlProtocol.RunningExtension}"));

    private ResourceKey Key => new(ResourceKind.ExclusiveLock, Owner.Path);

    /// <summary>An exclusive service is about to start. <see cref="Leave"/> follows its end.</summary>
    /// <returns>Null if it may start; else the reason as text. Ask again from time to time.</returns>
    internal string? TryEnter()
    {
        lock (_lock)
        {
            if (Platform.HandoverSupported && _users == 0 && TryLock() is { } problem)
            {
                return problem;
            }

            _users++;
            return null;
        }
    }

    /// <summary>Whether another process has exclusive services of that name, as far as that is known without own ones.</summary>
    /// <returns>Null if none has; else which one, as text.</returns>
    internal string? FindOther()
    {
        lock (_lock)
        {
            return Platform.HandoverSupported ? TryOwn() : null;
        }
    }

    /// <summary>An exclusive service has ended.</summary>
    internal void Leave()
    {
        lock (_lock)
        {
            if (--_users == 0)
            {
                _running?.Dispose();
                _formerRunning?.Dispose();
                _running = _formerRunning = null;
                CloseIfEnded();
            }
        }
    }

    public void Passing()
    {
    }

    public void Load(ResourceKey key, Descriptor descriptor)
    {
        lock (_lock)
        {
            if (!_ended && IsWanted && key != Key)
            {
                _former = new LockFile(Path.ChangeExtension(key.Name, ControlProtocol.RunningExtension));
                logger.ExclusiveLockMoved(key.Name, Owner.Path, Environment.ProcessId);
            }

            if (_ended || !IsWanted || _owned is not null || key != Key || !Owner.IsAtPath(descriptor))
            {
                // This configuration has no exclusive services or another name, or the file is no longer at its path.
                descriptor.Dispose();
                return;
            }

            _owned = descriptor;
        }
    }

    public void Release(Func<ResourceKey, bool> elsewhere)
    {
        lock (_lock)
        {
            _ended = true;
            CloseIfEnded();
        }
    }

    // The file stays: it has the number that the next term must exceed.
    private void CloseIfEnded()
    {
        if (_ended && _users == 0)
        {
            _owned?.Dispose();
            _owned = null;
        }
    }

    private string? TryLock()
    {
        if (TryOwn() is { } problem)
        {
            return problem;
        }

        if (_former is not null && !Directory.Exists(Path.GetDirectoryName(_former.Path)))
        {
            // Nobody has a lock in a directory that is gone.
            _former = null;
        }

        if (_former is not null && (_formerRunning ??= _former.TryLock()) is null)
        {
            return WhoRuns(_former);
        }

        if ((_running ??= Runner.TryLock()) is null)
        {
            return WhoRuns(Runner);
        }

        if (Owner.Read() is { } content && content != _written && NumberIn(content, 1) is { } term)
        {
            terms.RiseAbove(term);
        }

        _written = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId} {terms.Own}");
        Owner.Write($"{_written,-40}\n");
        Runner.Write($"{Environment.ProcessId,-20}\n");
        return null;
    }

    private string? TryOwn()
    {
        if (_owned is not null && !Owner.IsAtPath(_owned))
        {
            // The file was removed, and another process may have made and locked a new one.
            _owned.Dispose();
            _owned = null;
        }

        if (_owned is null && ControlDirectory.Prepare(_directory.Value) is { } problem)
        {
            return problem;
        }

        return (_owned ??= Owner.TryLock()) is not null ? null
            : HolderOf(Owner) is { } holder ? $"process {holder} has {Owner.Path}"
            : $"{Owner.Path} can't be locked";
    }

    private static string WhoRuns(LockFile file) =>
        $"those of process {HolderOf(file)?.ToString(CultureInfo.InvariantCulture) ?? "unknown"} have not ended";

    private static int? HolderOf(LockFile file) => file.Read() is { } content ? (int?)NumberIn(content, 0) : null;

    private static long? NumberIn(string content, int index) =>
        long.TryParse(
            content.Split(' ').ElementAtOrDefault(index), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : null;
}
