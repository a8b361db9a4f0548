using Spectre.Console;

namespace RestartLoad.Output;

/// <summary>
/// Consoles that write escapes to terminals only; Spectre.Console 0.49.1 by itself also writes them into pipes.
/// </summary>
internal static class Terminal
{
    /// <summary>Wide enough for the widest table, so that no line of a redirected report is broken.</summary>
    private const int WidthWhenRedirected = 200;

    /// <param name="writer">Where the text goes.</param>
    /// <param name="isTerminal">Whether somebody looks at it.</param>
    public static IAnsiConsole Create(TextWriter writer, bool isTerminal)
    {
        bool isPlain = !isTerminal || Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb";
        bool wantsColour = !isPlain && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isPlain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = wantsColour ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isPlain ? InteractionSupport.No : InteractionSupport.Detect,
            Out = new AnsiConsoleOutput(writer),
        });
        if (isPlain)
        {
            console.Profile.Width = WidthWhenRedirected;
        }

        return console;
    }
}
