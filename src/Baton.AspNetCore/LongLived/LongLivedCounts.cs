using Baton.Lifecycle;

namespace Baton.AspNetCore.LongLived;

/// <summary>How many long-lived requests this process has told, closed and cut since it was started, by kind.</summary>
internal sealed class LongLivedCounts
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LongLivedCount> _counts = [];

    internal void Told(string kind) => Add(kind, static c => c with { Told = c.Told + 1 });

    internal void Closed(string kind) => Add(kind, static c => c with { Closed = c.Closed + 1 });

    internal void Cut(string kind) => Add(kind, static c => c with { Cut = c.Cut + 1 });

    internal void Describe(OpenWorkReport report)
    {
        lock (_lock)
        {
            foreach ((string kind, LongLivedCount count) in _counts)
            {
                report.AddLongLived(kind, count);
            }
        }
    }

    private void Add(string kind, Func<LongLivedCount, LongLivedCount> one)
    {
        lock (_lock)
        {
            _counts[kind] = one(_counts.GetValueOrDefault(kind) ?? new LongLivedCount());
        }
    }
}
