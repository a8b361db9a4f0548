using Baton.Bench.Results;

namespace Baton.Bench;

/// <summary>One subject, measured against a baseline in the same run, in alternation, so that a busy machine slows both sides.</summary>
internal interface IBenchmark
{
    string Name { get; }

    /// <summary>One line for the help.</summary>
    string Description { get; }

    /// <param name="settings">How much, and where the services listen.</param>
    /// <param name="progress">Told each figure as it comes, for people.</param>
    /// <param name="cancellation">Ends the run; services that were started are ended all the same.</param>
    /// <exception cref="BenchException">Nothing could be measured.</exception>
    Task<IReadOnlyList<Measurement>> RunAsync(BenchSettings settings, IProgress<string> progress, CancellationToken cancellation);
}
