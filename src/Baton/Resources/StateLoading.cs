using System.Diagnostics;
using System.Security.Cryptography;
using Baton.Interop;
using Microsoft.Extensions.Logging;

namespace Baton.Resources;

/// <summary>
/// Loads items of state one after another, on a thread that may hang in the application's code. Received state is used only if
/// size, version and hash are right.
/// </summary>
/// <param name="items">The items of this process; only these are loaded.</param>
/// <param name="rows">The received rows.</param>
/// <param name="memory">The received memory; owned by this object.</param>
/// <param name="limit">The limit for all bytes together.</param>
/// <param name="describe">Describes an exception in one line.</param>
/// <param name="logger">Logs what was loaded.</param>
internal sealed class StateLoading(
    IReadOnlyList<StateItem> items,
    IReadOnlyList<StateRow> rows,
    IReadOnlyDictionary<string, Descriptor> memory,
    long limit,
    Func<Exception, string> describe,
    ILogger logger)
{
    private volatile string _at = rows.Count > 0 ? rows[0].Name : "";

    /// <summary>Whether another process hands back state of this one.</summary>
    internal bool IsHandedBack { get; init; }

    /// <summary>Loads all. Runs the application's code.</summary>
    /// <returns>Null for success; else the reason.</returns>
    internal string? Run(CancellationToken givenUp)
    {
        long left = limit;
        try
        {
            foreach (StateItem item in items)
            {
                if (rows.FirstOrDefault(r => r.Name == item.Name) is not { } row || givenUp.IsCancellationRequested)
                {
                    continue;
                }

                _at = item.Name;
                if (row.Length > left)
                {
                    string allowed = $"{nameof(RestarterOptions.MaxStateSize)} ({limit})";
                    return $"state {item.Name} has {row.Length} bytes, and {left} are left of {allowed}";
                }

                left -= row.Length;
                if (Load(item, row, givenUp) is { } problem)
                {
                    return $"state {item.Name} {problem}";
                }
            }

            return null;
        }
        catch (Exception e)
        {
            return $"state {_at} could not be loaded: {describe(e)}";
        }
        finally
        {
            foreach (Descriptor descriptor in memory.Values)
            {
                descriptor.Dispose();
            }
        }
    }

    /// <summary>Nobody waits any longer.</summary>
    /// <param name="late">What was late: "within 10 s".</param>
    /// <returns>What is missing.</returns>
    internal string GiveUp(string late) => $"state {_at} was not loaded {late}";

    private string? Load(StateItem item, StateRow row, CancellationToken givenUp)
    {
        if (!item.Options.Understands(row.Version))
        {
            int oldest = item.Options.OldestVersion ?? item.Options.Version;
            string understood = oldest == item.Options.Version ? $"{oldest}" : $"{oldest} to {item.Options.Version}";
            return $"has version {row.Version}, and this program understands {understood}";
        }

        long begun = Stopwatch.GetTimestamp();
        using Stream? content = Open(row);
        if (content is null)
        {
            return "came without its bytes, or in memory that could still be changed";
        }

        if (content.Length != row.Length)
        {
            return $"has {content.Length} bytes, and {row.Length} were announced";
        }

        if (!Convert.ToHexString(SHA256.HashData(content)).Equals(row.Hash, StringComparison.OrdinalIgnoreCase))
        {
            return "is damaged: its hash is not the one that was announced";
        }

        content.Position = 0;
        var state = new SavedState(row.Name, row.Version, row.Length, IsHandedBack, content);
        item.Load(state, givenUp).GetAwaiter().GetResult();
        logger.StateLoaded(row.Name, row.Length, row.Version, (long)Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        return null;
    }

    private Stream? Open(StateRow row) =>
        row.Data is { } data ? new MemoryStream(data, writable: false)
        : memory.TryGetValue(row.Name, out Descriptor? descriptor) ? SealedMemory.Open(descriptor)
        : null;
}
