using Spectre.Console;
using Spectre.Console.Rendering;

namespace Baton.Cli.Output;

/// <summary>
/// Standard output or standard error, for people. Writes escape codes only to a terminal, and only where they are not turned off.
/// Spectre.Console 0.49.1 alone also writes them into pipes.
/// </summary>
internal sealed class Screen
{
    private static readonly string[] LocaleVariables = ["LC_ALL", "LC_CTYPE", "LANG"];

    private readonly TextWriter _writer;
    private readonly bool _isTerminal;
    private readonly IAnsiConsole _console;
    private readonly Func<int> _width;
    private readonly Func<int> _height;
    private bool _hasLiveLine;
    private int _blockLines;

    internal Screen(TextWriter writer, bool isTerminal, bool noColor, CliEnvironment environment)
    {
        (_writer, _isTerminal) = (writer, isTerminal);
        IsAnimated = isTerminal
            && !noColor
            && string.IsNullOrEmpty(environment.Variable("NO_COLOR"))
            && environment.Variable("TERM") is not (null or "" or "dumb");
        IsUnicode = LocaleIsUtf8(environment.Variable);
        _width = isTerminal ? environment.Width : () => CliEnvironment.UsualWidth;
        _height = environment.Height;
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = IsAnimated ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = IsAnimated ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        _console.Profile.Capabilities.Unicode = IsUnicode;
    }

    /// <summary>Whether lines may be coloured and rewritten.</summary>
    internal bool IsAnimated { get; }

    internal bool IsUnicode { get; }

    internal int Width => Math.Max(20, _width());

    /// <summary>One line: broken between words at a terminal, left as long as it is in a log or a pipe.</summary>
    internal void Line(params ReadOnlySpan<StyledText> pieces)
    {
        if (_isTerminal)
        {
            Write(StyledText.Join(pieces));
            return;
        }

        _writer.WriteLine(string.Concat(pieces.ToArray().Select(p => p.Safe)));
    }

    /// <summary>A paragraph whose lines are all indented by so many columns.</summary>
    internal void Indented(int columns, params ReadOnlySpan<StyledText> pieces) =>
        Write(new Padder(StyledText.Join(pieces), new Padding(columns, 0, 0, 0)));

    internal void Write(IRenderable renderable)
    {
        Erase();
        _console.Write(new DrawnLines(Draw(renderable)));
    }

    /// <summary>Replaces the live line, cut to the width. Only where <see cref="IsAnimated"/>.</summary>
    internal void Live(params ReadOnlySpan<StyledText> pieces)
    {
        Erase();
        _console.Profile.Width = Width;
        var line = new Paragraph();
        int left = Width - 1;
        foreach (StyledText piece in pieces)
        {
            string text = piece.Safe;
            text = text.Length <= left ? text : text[..Math.Max(0, left)];
            left -= text.Length;
            _ = line.Append(text, piece.Style);
        }

        _console.Write(line);
        _hasLiveLine = true;
    }

    /// <summary>Removes the live line.</summary>
    internal void Erase()
    {
        if (_hasLiveLine)
        {
            _console.Write(new ControlCode("\r\u001b[K"));
            _hasLiveLine = false;
        }
    }

    /// <summary>Replaces the last block, cut to the height of the window. Only where <see cref="IsAnimated"/>.</summary>
    internal void Block(IRenderable renderable)
    {
        List<SegmentLine> lines = [.. Draw(renderable).Take(Math.Max(1, _height() - 1))];
        if (_blockLines > 0)
        {
            _console.Write(new ControlCode($"\u001b[{_blockLines}A\r\u001b[J"));
        }

        _console.Write(new DrawnLines(lines));
        _blockLines = lines.Count;
    }

    /// <summary>Leaves the block: the next one is written below it.</summary>
    internal void KeepBlock() => _blockLines = 0;

    private static bool LocaleIsUtf8(Func<string, string?> variable)
    {
        string? locale = LocaleVariables.Select(variable).FirstOrDefault(v => !string.IsNullOrEmpty(v));
        return locale is not null
            && (locale.Contains("UTF-8", StringComparison.OrdinalIgnoreCase)
                || locale.Contains("utf8", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Removes the blanks with which tables and indented texts end their lines.</summary>
    private List<SegmentLine> Draw(IRenderable renderable)
    {
        int width = Width;
        _console.Profile.Width = width;
        List<SegmentLine> lines = Segment.SplitLines(
            renderable.Render(RenderOptions.Create(_console, _console.Profile.Capabilities), width), width);
        foreach (SegmentLine line in lines)
        {
            // Not line[^1]: a line's Length is that of its text.
            int last = line.Count - 1;
            while (last >= 0 && string.IsNullOrWhiteSpace(line[last].Text))
            {
                line.RemoveAt(last--);
            }

            if (last >= 0)
            {
                line[last] = new Segment(line[last].Text.TrimEnd(), line[last].Style);
            }
        }

        return lines;
    }

    private sealed class DrawnLines(List<SegmentLine> lines) : Renderable
    {
        protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth) =>
            lines.SelectMany(line => line.Append(Segment.LineBreak));
    }
}
