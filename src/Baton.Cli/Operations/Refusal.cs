using Baton.Cli.CommandLine;
using Baton.Control;

namespace Baton.Cli.Operations;

/// <summary>The failures that mean that nothing was begun.</summary>
internal static class Refusal
{
    private static readonly string[] Names =
    [
        nameof(RestartFailure.NotReady),
        nameof(RestartFailure.InProgress),
        nameof(RestartFailure.AlreadyHandedOver),
        nameof(RestartFailure.Stopping),
        nameof(RestartFailure.NotSupported),
        nameof(RestartFailure.ProgramRefused),
        ControlProtocol.NotAllowed,
        ControlProtocol.Busy,
    ];

    internal static bool Is(string? failure) => failure is not null && Array.IndexOf(Names, failure) >= 0;

    /// <summary>The exit code for the last line of an answer. A failure of a newer version counts as a refusal.</summary>
    internal static int ExitCodeOf(string failure) => failure switch
    {
        ControlProtocol.BadRequest => ExitCode.Usage,
        nameof(RestartFailure.CheckFailed) => ExitCode.Failed,
        _ => ExitCode.Refused,
    };
}
