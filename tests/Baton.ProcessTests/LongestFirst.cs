using Xunit.Sdk;
using Xunit.v3;

namespace Baton.ProcessTests;

/// <summary>Begins with the collections that take minutes: begun last, they would run alone at the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] s_long = ["builds", nameof(EnduranceTests), nameof(LoadTests), nameof(GoFrameTests)];

    /// <inheritdoc/>
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(c => s_long.Any(name => c.TestCollectionDisplayName.Contains(name, StringComparison.Ordinal)) ? 0 : 1)];
}
