using System.Security.Cryptography;
using Baton.Interop;
using Microsoft.Extensions.Logging;

namespace Baton.Resources;

/// <summary>
/// The application's state: its items, saved state that is about to be passed, and received memory that is not loaded yet. Safe
/// to call from any thread.
/// </summary>
/// <param name="logger">Logs what is saved and loaded.</param>
internal sealed class StateStore(ILogger logger) : ICommitResource
{
    // Each may need a descriptor, and all go with one message.
    internal const int MostItems = 100;

    private readonly Lock _lock = new();
    private readonly List<StateItem> _items = [];
    private readonly Dictionary<string, Descriptor> _arrived = [];
    private IReadOnlyList<(StateRow Row, Descriptor? Memory)> _saved = [];

    public ResourceKind Kind => ResourceKind.State;

    public IReadOnlyList<PassedResource> Held
    {
        get
        {
            lock (_lock)
            {
                return [.. from s in _saved where s.Memory is not null select new PassedResource(KeyOf(s.Row), s.Memory, "")];
            }
        }
    }

    internal IReadOnlyList<StateItem> Items
    {
        get
        {
            lock (_lock)
            {
                return [.. _items];
            }
        }
    }

    /// <summary>The items that went over last, in either direction; for people.</summary>
    internal IReadOnlyList<StateRow> Passed { get; private set; } = [];

    /// <summary>Whether the last greeted successor can load state.</summary>
    internal bool SuccessorLoads { get; set; }

    /// <summary>The rows of the items that are about to be passed.</summary>
    internal IReadOnlyList<StateRow> Rows
    {
        get
        {
            lock (_lock)
            {
                return [.. _saved.Select(s => s.Row)];
            }
        }
    }

    /// <summary>Has compiled and loaded what a handover needs, when nothing waits for it.</summary>
    internal void WarmUp()
    {
        if (Items.Count > 0)
        {
            using var writer = new StateWriter("", long.MaxValue);
            writer.Write("x"u8);
            (StateRow row, _) = writer.Finish(version: 0, inline: 1);
            SHA256.HashData(new MemoryStream(row.Data!));
        }
    }

    /// <summary>Adds the items of a server.</summary>
    /// <exception cref="InvalidOperationException">Another one has the same name, or there are too many.</exception>
    internal void Add(IEnumerable<StateItem> items)
    {
        lock (_lock)
        {
            foreach (StateItem item in items)
            {
                if (_items.Exists(i => i.Name == item.Name))
                {
                    throw new InvalidOperationException($"This process has state of the name {item.Name} already.");
                }

                if (_items.Count == MostItems)
                {
                    throw new InvalidOperationException(
                        $"A process has at most {MostItems} items of state; {item.Name} is one more.");
                }

                _items.Add(item);
            }
        }
    }

    /// <summary>Begins to save; <see cref="StateSaving.Run"/> does it on another thread.</summary>
    /// <param name="which">The items.</param>
    /// <param name="limit">The limit for all bytes together.</param>
    /// <param name="describe">Describes an exception in one line.</param>
    internal StateSaving Save(Func<StateItem, bool> which, long limit, Func<Exception, string> describe) =>
        new([.. Items.Where(which)], limit, describe, logger);

    /// <summary>Passes these items from now on.</summary>
    internal void Keep(StateSaving saving)
    {
        Forget();
        lock (_lock)
        {
            _saved = saving.Take();
            Passed = [.. _saved.Select(s => s.Row with { Data = null })];
        }
    }

    /// <summary>Begins to load these rows and the memory from <see cref="Load(ResourceKey, Descriptor)"/>.</summary>
    internal StateLoading Load(IReadOnlyList<StateRow> rows, bool handedBack, long limit, Func<Exception, string> describe)
    {
        lock (_lock)
        {
            Passed = [.. rows.Select(r => r with { Data = null })];
            Dictionary<string, Descriptor> memory = new(_arrived);
            _arrived.Clear();
            StateItem[] items = [.. _items.Where(i => !handedBack || i.Options.TakesBack)];
            return new StateLoading(items, rows, memory, limit, describe, logger) { IsHandedBack = handedBack };
        }
    }

    /// <summary>Saved state was passed or is no longer needed, nor is received state that was not loaded.</summary>
    internal void Forget()
    {
        Descriptor?[] forgotten;
        lock (_lock)
        {
            forgotten = [.. _saved.Select(s => s.Memory), .. _arrived.Values];
            _saved = [];
            _arrived.Clear();
        }

        Array.ForEach(forgotten, memory => memory?.Dispose());
    }

    public void Passing()
    {
    }

    public void Load(ResourceKey key, Descriptor descriptor)
    {
        lock (_lock)
        {
            if (_arrived.Remove(key.Name, out Descriptor? earlier))
            {
                earlier.Dispose();
            }

            if (_items.Exists(i => i.Name == key.Name))
            {
                _arrived[key.Name] = descriptor;
            }
            else
            {
                descriptor.Dispose();
            }
        }
    }

    public void Release(Func<ResourceKey, bool> elsewhere) => Forget();

    private static ResourceKey KeyOf(StateRow row) => new(ResourceKind.State, row.Name);
}
