namespace Baton.Tests.Support;

/// <summary>What the fakes were told, in order.</summary>
internal sealed class Journal
{
    private readonly Lock _lock = new();
    private readonly List<string> _entries = [];

    internal IReadOnlyList<string> Entries
    {
        get
        {
            lock (_lock)
            {
                return [.. _entries];
            }
        }
    }

    /// <summary>Called with each entry and how many there were before; may throw, as what is entered then does.</summary>
    internal Action<string, int>? Entering { get; set; }

    internal void Add(string entry)
    {
        int before;
        lock (_lock)
        {
            before = _entries.Count;
            _entries.Add(entry);
        }

        Entering?.Invoke(entry, before);
    }

    internal int Count(string entry) => Entries.Count(e => e == entry);

    /// <summary>Asserts that these entries are there in this order, whatever stands between them.</summary>
    internal void AssertOrder(params string[] expected)
    {
        IReadOnlyList<string> entries = Entries;
        int at = -1;
        foreach (string entry in expected)
        {
            int next = entries.Skip(at + 1).ToList().IndexOf(entry);
            Assert.True(next >= 0, $"\"{entry}\" is missing, or comes too early, in:\n{string.Join('\n', entries)}");
            at += next + 1;
        }
    }
}
