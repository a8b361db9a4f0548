namespace RestartLoad.CommandLine;

/// <summary>Where the program writes; tests give it writers of their own.</summary>
internal sealed record Streams(TextWriter Output, TextWriter Error, bool OutputIsTerminal = false, bool ErrorIsTerminal = false)
{
    public static Streams OfConsole() =>
        new(Console.Out, Console.Error, !Console.IsOutputRedirected, !Console.IsErrorRedirected);
}
