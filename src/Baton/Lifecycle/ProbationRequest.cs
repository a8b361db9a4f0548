namespace Baton.Lifecycle;

/// <summary>What somebody can decide of a restart on probation.</summary>
internal enum ProbationDecision
{
    /// <summary>The predecessor serves again.</summary>
    RollBack,

    /// <summary>The successor serves for good.</summary>
    Confirm,
}

/// <summary>A decision, and who waits for its outcome. Its callbacks run on the control loop.</summary>
/// <param name="decision">What is asked.</param>
/// <param name="trigger">Who asks.</param>
/// <param name="accepted">It was not refused.</param>
/// <param name="ended">Called once: with null and what holds now, or with why not.</param>
internal sealed class ProbationRequest(
    ProbationDecision decision, RestartTrigger trigger, Action accepted, Action<RestartException?, string> ended)
{
    internal ProbationDecision Decision => decision;

    internal RestartTrigger Trigger => trigger;

    internal void Accept() => accepted();

    internal void Succeed(string what) => ended(null, what);

    internal void Fail(RestartException failure) => ended(failure, failure.Message);
}
