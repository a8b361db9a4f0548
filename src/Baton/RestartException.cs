namespace Baton;

/// <summary>
/// A restart was refused or failed. The message says what was tried, what happened and what holds now; <see cref="Failure"/> is for programs.
/// </summary>
/// <param name="failure">The reason.</param>
/// <param name="message">What was tried, what happened, what holds now.</param>
/// <param name="inner">The cause, if another exception was.</param>
public sealed class RestartException(RestartFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The reason.</summary>
    public RestartFailure Failure { get; } = failure;
}
