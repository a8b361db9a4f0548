using Baton.Cli.Discovery;

namespace Baton.Cli;

/// <summary>All that the program sees of the world besides sockets and files; tests give it a world of their own.</summary>
internal sealed record Surroundings(TextWriter Output, TextWriter Error)
{
    /// <summary>What people's output fits when nobody knows how wide their window is.</summary>
    internal const int UsualWidth = 80;

    internal bool OutputIsTerminal { get; init; }

    internal bool ErrorIsTerminal { get; init; }

    /// <summary>Columns of the terminal; read anew for every line, as windows change.</summary>
    internal Func<int> Width { get; init; } = () => UsualWidth;

    /// <summary>Its lines.</summary>
    internal Func<int> Height { get; init; } = () => 24;

    internal Func<string, string?> Variable { get; init; } = _ => null;

    /// <summary>The user whose services these are; 0 sees those of all.</summary>
    internal uint UserId { get; init; }

    /// <summary>The user of a process on this machine; null where that is not known.</summary>
    internal Func<int, uint?> OwnerOf { get; init; } = _ => null;

    /// <summary>Where <c>/run</c> and <c>/tmp</c> are looked for.</summary>
    internal string Root { get; init; } = "/";

    internal TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How long the status of a service may take whose processes are all stopped.</summary>
    internal TimeSpan AnswerLimit { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long it may take otherwise: of a living service milliseconds, unless the machine is very busy.</summary>
    internal TimeSpan BusyAnswerLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Begins to hear ^C and SIGTERM. Only commands that wait do: all others simply end.</summary>
    internal Func<Interruption> Interruptions { get; init; } = () => new Interruption();

    internal static Surroundings OfThisProcess() => new(Console.Out, Console.Error)
    {
        OutputIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        Width = TerminalWidth,
        Height = () => Console.WindowHeight is > 0 and var height ? height : 24,
        Variable = Environment.GetEnvironmentVariable,
        UserId = Interop.Libc.geteuid(),
        OwnerOf = ProcessLook.OwnerOf,
    };

    // A terminal may not know its size: a serial line, a pty that nobody has sized.
    private static int TerminalWidth() => Console.WindowWidth is > 0 and var width ? width : UsualWidth;
}
