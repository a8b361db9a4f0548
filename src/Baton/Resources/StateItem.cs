using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Baton.Resources;

/// <summary>An item of state that the application has registered.</summary>
/// <param name="Name">The name.</param>
/// <param name="Save">Writes it.</param>
/// <param name="Load">Reads it.</param>
/// <param name="Options">Its version, and what happens without it.</param>
internal sealed record StateItem(
    string Name,
    Func<Stream, CancellationToken, Task> Save,
    Func<SavedState, CancellationToken, Task> Load,
    StateOptions Options)
{
    internal const int LongestName = 64;

    /// <exception cref="ArgumentException">The name is not valid.</exception>
    internal static StateItem Of(
        string name,
        Func<Stream, CancellationToken, Task> save,
        Func<SavedState, CancellationToken, Task> load,
        Action<StateOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!IsName(name))
        {
            throw new ArgumentException(
                $"\"{name}\" is no name of state; allowed are 1 to {LongestName} letters, digits, '.', '-' and '_'.",
                nameof(name));
        }

        var options = new StateOptions();
        configure?.Invoke(options);
        return new StateItem(name, save, load, options);
    }

    internal static bool IsName(string name) =>
        name.Length is > 0 and <= LongestName && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    /// <exception cref="JsonException">The state is not of that type.</exception>
    internal static async Task<T> ReadAsync<T>(SavedState state, JsonTypeInfo<T> type, CancellationToken cancel) =>
        await JsonSerializer.DeserializeAsync(state.Content, type, cancel).ConfigureAwait(false)
        ?? throw new JsonException("It is null.");
}
