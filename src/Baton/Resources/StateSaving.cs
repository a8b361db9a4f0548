using System.Diagnostics;
using Baton.Interop;
using Microsoft.Extensions.Logging;

namespace Baton.Resources;

/// <summary>
/// Saves items of state one after another, on a thread that may hang in the application's code. A waiting thread may give it up;
/// what is saved later is dropped.
/// </summary>
/// <param name="items">The items to save.</param>
/// <param name="limit">The limit for all bytes together.</param>
/// <param name="describe">Describes an exception in one line.</param>
/// <param name="logger">Logs what was saved and what was left out.</param>
internal sealed class StateSaving(
    IReadOnlyList<StateItem> items, long limit, Func<Exception, string> describe, ILogger logger)
{
    // In one message of at most 1 MiB, where three bytes become four characters.
    private const int MostInline = 8 * StateWriter.LongestInline;

    private readonly Lock _lock = new();
    private readonly List<(StateRow Row, Descriptor? Memory)> _saved = [];
    private int _at;
    private bool _over;

    private long Length => _saved.Sum(s => s.Row.Length);

    private int Inline => _saved.Sum(s => s.Row.Data?.Length ?? 0);

    /// <summary>Saves all. Runs the application's code.</summary>
    /// <returns>Null if they are saved or optional; else the reason of the first failure.</returns>
    internal string? Run(CancellationToken givenUp)
    {
        foreach (StateItem item in items)
        {
            if (givenUp.IsCancellationRequested)
            {
                break;
            }

            try
            {
                Save(item, givenUp);
            }
            catch (Exception) when (givenUp.IsCancellationRequested)
            {
                // It was given up, and what is missing was reported.
                return null;
            }
            catch (Exception e) when (item.Options.IsOptional)
            {
                logger.StateLeftOut(item.Name, describe(e));
            }
            catch (Exception e)
            {
                return $"state {item.Name} could not be saved: {describe(e)}";
            }

            lock (_lock)
            {
                _at++;
            }
        }

        return null;
    }

    /// <summary>Nobody waits any longer.</summary>
    /// <param name="late">What was late: "within 10 s".</param>
    /// <returns>Null if all that is missing is optional; else what is missing.</returns>
    internal string? GiveUp(string late)
    {
        lock (_lock)
        {
            _over = true;
            StateItem[] missing = [.. items.Skip(_at)];
            if (Array.Find(missing, i => !i.Options.IsOptional) is { } needed)
            {
                return missing[0] == needed ? $"state {needed.Name} was not saved {late}"
                    : $"state {needed.Name} was not saved {late}, as {missing[0].Name} took all of it";
            }

            Array.ForEach(missing, i => logger.StateLeftOut(i.Name, $"It was not saved {late}."));
            return null;
        }
    }

    /// <summary>The saved items, which the caller owns.</summary>
    internal IReadOnlyList<(StateRow Row, Descriptor? Memory)> Take()
    {
        lock (_lock)
        {
            _over = true;
            (StateRow, Descriptor?)[] taken = [.. _saved];
            _saved.Clear();
            return taken;
        }
    }

    /// <summary>The saved items are no longer needed.</summary>
    internal void Drop()
    {
        foreach ((_, Descriptor? memory) in Take())
        {
            memory?.Dispose();
        }
    }

    private void Save(StateItem item, CancellationToken givenUp)
    {
        long begun = Stopwatch.GetTimestamp();
        using var writer = new StateWriter(item.Name, limit - Length);
        item.Save(writer, givenUp).GetAwaiter().GetResult();
        (StateRow row, Descriptor? memory) = writer.Finish(item.Options.Version, MostInline - Inline);
        lock (_lock)
        {
            if (_over)
            {
                memory?.Dispose();
                return;
            }

            _saved.Add((row with { IsWantedBack = item.Options.TakesBack }, memory));
        }

        logger.StateSaved(row.Name, row.Length, row.Version, (long)Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
    }
}
