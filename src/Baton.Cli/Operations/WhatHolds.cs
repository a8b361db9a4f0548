using Baton.Cli.CommandLine;
using Baton.Control;

namespace Baton.Cli.Operations;

/// <summary>What holds after a restart was asked, in one word for programs.</summary>
internal enum Holding
{
    /// <summary>Not known: nobody has answered, or the restart was only begun.</summary>
    Unknown,

    /// <summary>The new process serves for good.</summary>
    NewServes,

    /// <summary>The new process serves, on probation or until somebody confirms.</summary>
    NewOnProbation,

    /// <summary>The old process serves, and has never stopped.</summary>
    OldServes,

    /// <summary>The old process serves again.</summary>
    OldServesAgain,

    /// <summary>Nobody serves.</summary>
    NobodyServes,
}

/// <summary>Finds what holds.</summary>
internal static class WhatHolds
{
    internal static Holding After(ControlRequest request, int asked, OperationOutcome outcome) => outcome.ExitCode switch
    {
        ExitCode.Done when !request.Wait => Holding.Unknown,
        ExitCode.Done => outcome.Serving?.AwaitsConfirmation == true || request.ConfirmWithin is not null
            ? Holding.NewOnProbation
            : Holding.NewServes,
        ExitCode.RolledBack => Holding.OldServesAgain,
        ExitCode.NotFound => Holding.NobodyServes,
        _ => Of(outcome.Serving, asked) ?? (outcome.ExitCode == ExitCode.Failed ? Holding.OldServes : Holding.Unknown),
    };

    private static Holding? Of(RestartStatus? serving, int asked) => serving switch
    {
        null => null,
        { State: ProcessState.Serving or ProcessState.Restarting } =>
            serving.Pid == asked ? Holding.OldServes : Holding.NewServes,
        { State: ProcessState.OnProbation or ProcessState.HandedOver } => Holding.NewOnProbation,
        _ => null,
    };
}
