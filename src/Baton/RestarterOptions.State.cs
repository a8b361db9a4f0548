using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Baton.Configuration;
using Baton.Resources;

namespace Baton;

/// <content>State that goes over.</content>
public partial class RestarterOptions
{
    private const long DefaultStateSize = 64 * 1024 * 1024;

    private readonly List<StateItem> _state = [];

    /// <summary>
    /// How long it may take to save the state before a handover, to load it in the successor, and to hand it back at a roll back.
    /// All items together. Clients wait meanwhile. Then the restart fails; at a roll back this process continues with the state
    /// that it had. Default 10 seconds; more than zero, finite.
    /// </summary>
    public TimeSpan StateTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How many bytes of state one process may pass to the other, all items together. Both processes check it. Items that do not
    /// fit into a message are passed as memory, which counts for the memory limit of the service until it is loaded. Default
    /// 67108864 (64 MiB). Zero or more.
    /// </summary>
    public long MaxStateSize { get; set; } = DefaultStateSize;

    /// <summary>The items, in the order of their registration.</summary>
    internal IReadOnlyList<StateItem> StateItems => _state;

    /// <summary>
    /// Has a part of the application's memory go over to the successor, as bytes. It is saved when this process has stopped
    /// accepting and loaded before the successor begins to, in the order of these calls. Both run on a thread of their own within
    /// <see cref="StateTimeout"/>. Where one of them throws the restart is backed out and this process serves on.
    /// </summary>
    /// <param name="name">What it is known by in both processes: 1 to 64 letters, digits, '.', '-' and '_'.</param>
    /// <param name="save">Writes it. The token is cancelled when nobody waits any more.</param>
    /// <param name="load">Reads it; not called in a first generation.</param>
    /// <param name="configure">Changes its version and what happens at a roll back; null for the defaults.</param>
    /// <exception cref="ArgumentException">It is no name, or there is one of that name.</exception>
    public void State(
        string name,
        Func<Stream, CancellationToken, Task> save,
        Func<SavedState, CancellationToken, Task> load,
        Action<StateOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(save);
        ArgumentNullException.ThrowIfNull(load);
        var item = StateItem.Of(name, save, load, configure);
        if (_state.Any(s => s.Name == name))
        {
            throw new ArgumentException($"There is state of the name {name} already.", nameof(name));
        }

        _state.Add(item);
    }

    /// <summary>The same as JSON, without reflection.</summary>
    /// <typeparam name="T">What is saved; never null.</typeparam>
    /// <param name="name">What it is known by in both processes: 1 to 64 letters, digits, '.', '-' and '_'.</param>
    /// <param name="type">How it is written and read, of a <c>JsonSerializerContext</c>.</param>
    /// <param name="save">Gives it. It is not changed until it is written.</param>
    /// <param name="load">Takes it; not called in a first generation.</param>
    /// <param name="configure">Changes its version and what happens at a roll back; null for the defaults.</param>
    /// <exception cref="ArgumentException">It is no name, or there is one of that name.</exception>
    public void State<T>(
        string name, JsonTypeInfo<T> type, Func<T> save, Action<T> load, Action<StateOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(save);
        ArgumentNullException.ThrowIfNull(load);
        State(
            name,
            (destination, cancel) => JsonSerializer.SerializeAsync(destination, save(), type, cancel),
            async (state, cancel) => load(await StateItem.ReadAsync(state, type, cancel).ConfigureAwait(false)),
            configure);
    }

    private void DescribeState(OptionVisitor o)
    {
        StateTimeout = o.Duration(nameof(StateTimeout), StateTimeout, DurationRange.MoreThanZero);
        MaxStateSize = o.Count(nameof(MaxStateSize), MaxStateSize, least: 0, "zero or more");
    }
}
