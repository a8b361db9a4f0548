namespace Baton.Lifecycle;

/// <summary>The probation of one restart.</summary>
/// <param name="Length">How long it lasts; zero for none.</param>
/// <param name="AwaitsConfirm">Whether it ends with a roll back unless somebody confirms. Else it ends with the successor's next
/// sign of life.</param>
internal sealed record Trial(TimeSpan Length, bool AwaitsConfirm)
{
    /// <param name="request">May ask for a confirmation.</param>
    /// <param name="options">Decide where it does not.</param>
    internal static Trial Of(RestartRequest request, RestarterOptions options) =>
        (request.ConfirmWithin ?? options.ConfirmWithin) is var limit && limit > TimeSpan.Zero
            ? new(limit, AwaitsConfirm: true)
            : new(options.Probation, AwaitsConfirm: false);
}
