using Baton.Cli.Discovery;

namespace Baton.Cli;

/// <summary>Everything that the program uses of its environment besides sockets and files. Tests replace it.</summary>
internal sealed record CliEnvironment(TextWriter Output, TextWriter Error)
{
    /// <summary>The width of the output where the terminal's width is not known.</summary>
    internal const int UsualWidth = 80;

    internal bool OutputIsTerminal { get; init; }

    internal bool ErrorIsTerminal { get; init; }

    /// <summary>Whether standard output or error was closed at the start, and leads nowhere now.</summary>
    internal bool OutputWasClosed { get; init; }

    /// <summary>Columns of the terminal. Read for every line, since windows change.</summary>
    internal Func<int> Width { get; init; } = () => UsualWidth;

    /// <summary>Lines of the terminal.</summary>
    internal Func<int> Height { get; init; } = () => 24;

    internal Func<string, string?> Variable { get; init; } = _ => null;

    /// <summary>The user whose services are shown; root (0) sees those of all users.</summary>
    internal uint UserId { get; init; }

    /// <summary>The user of a process on this machine; null if not known.</summary>
    internal Func<int, uint?> OwnerOf { get; init; } = _ => null;

    /// <summary>The directory that contains <c>run</c> and <c>tmp</c>.</summary>
    internal string Root { get; init; } = "/";

    /// <summary>Runs a program and gives its standard output; null if it is not there or fails.</summary>
    internal Func<string, IReadOnlyList<string>, string?> Ask { get; init; } = (_, _) => null;

    internal TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The limit for an answer of a service whose processes are all stopped.</summary>
    internal TimeSpan AnswerLimit { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The limit for all other services: they answer within milliseconds, unless the machine is very busy.</summary>
    internal TimeSpan BusyAnswerLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Registers for ^C and SIGTERM. Only commands that wait do: the others end at once.</summary>
    internal Func<Interruption> Interruptions { get; init; } = () => new Interruption();

    internal static CliEnvironment OfThisProcess() => new(Console.Out, Console.Error)
    {
        OutputIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        Width = TerminalWidth,
        Height = () => Console.WindowHeight is > 0 and var height ? height : 24,
        Variable = Environment.GetEnvironmentVariable,
        UserId = Interop.Libc.geteuid(),
        OwnerOf = ProcessSnapshot.OwnerOf,
        Ask = Diagnosis.OtherProgram.Ask,
    };

    // A serial line or a new pty may not know its size.
    private static int TerminalWidth() => Console.WindowWidth is > 0 and var width ? width : UsualWidth;
}
