namespace Baton.Lifecycle;

/// <summary>Why a successor that served is rolled back.</summary>
/// <param name="Failure">For programs.</param>
/// <param name="What">For people, behind the successor's number.</param>
/// <param name="Words">The successor's own; null for none.</param>
internal sealed record RollBackReason(RestartFailure Failure, string What, string? Words)
{
    /// <summary>Its application ends by itself: an exception behind that may still be told.</summary>
    internal bool Ends { get; init; }
}
