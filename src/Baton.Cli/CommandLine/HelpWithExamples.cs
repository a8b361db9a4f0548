using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Baton.Cli.CommandLine;

/// <summary>The usual help, as wide as the output, followed by examples.</summary>
internal sealed class HelpWithExamples : SynchronousCommandLineAction
{
    private readonly HelpAction _usual;
    private readonly IReadOnlyList<string> _ofRoot;

    private HelpWithExamples(HelpAction usual, IReadOnlyList<string> ofRoot) => (_usual, _ofRoot) = (usual, ofRoot);

    internal static void Replace(Command root, int width, params IReadOnlyList<string> ofRoot)
    {
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        HelpAction usual = (HelpAction)help.Action!;
        usual.MaxWidth = width;
        help.Action = new HelpWithExamples(usual, ofRoot);
    }

    public override int Invoke(ParseResult parseResult)
    {
        int exitCode = _usual.Invoke(parseResult);
        TextWriter output = parseResult.InvocationConfiguration.Output;
        if (parseResult.CommandResult.Command is BatonCommand { Details: { Length: > 0 } details })
        {
            Write(output, "Details:", Wrapped(details, _usual.MaxWidth - 2));
        }

        IReadOnlyList<string> examples = parseResult.CommandResult.Command is BatonCommand command ? command.Examples : _ofRoot;
        Write(output, "Examples:", examples);
        return exitCode;
    }

    private static void Write(TextWriter output, string heading, IEnumerable<string> lines)
    {
        output.WriteLine(heading);
        foreach (string line in lines)
        {
            output.WriteLine($"  {line}");
        }

        output.WriteLine();
    }

    private static IEnumerable<string> Wrapped(string text, int width)
    {
        string line = "";
        foreach (string word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = "";
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        yield return line;
    }
}
