using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Baton.AspNetCore.Admin.Page;

/// <summary>
/// Markup that is safe to send. Only literal text of our source is markup; every value put into it is encoded. This is the only
/// way
/// to make markup.
/// </summary>
internal readonly struct Html
{
    private readonly string? _markup;

    private Html(string markup) => _markup = markup;

    internal static Html None => default;

    internal static Html Of(Pieces pieces) => new(pieces.ToString());

    internal static Html Join(IEnumerable<Html> parts) => new(string.Concat(parts));

    /// <summary>A text from outside, isolated so that its direction does not change the text beside it.</summary>
    internal static Html Text(string text) => Of($"<bdi>{text}</bdi>");

    public override string ToString() => _markup ?? "";

    /// <summary>The compiler's handler for interpolated strings.</summary>
    [InterpolatedStringHandler]
    internal readonly ref struct Pieces(int literalLength, int holes)
    {
        private const int TypicalText = 16;
        private static readonly HtmlEncoder s_encoder = HtmlEncoder.Create(UnicodeRanges.All);
        private static readonly SearchValues<char> s_directions = SearchValues.Create(
            "\u061C\u200E\u200F\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069");
        private readonly StringBuilder _built = new(literalLength + (holes * TypicalText));

        public void AppendLiteral(string markup) => _built.Append(markup);

        public void AppendFormatted(Html markup) => _built.Append(markup.ToString());

        public void AppendFormatted(IEnumerable<Html> parts) => _built.AppendJoin("", parts);

        public void AppendFormatted(string? text) => _built.Append(s_encoder.Encode(Readable(text ?? "")));

        public void AppendFormatted(long number) => _built.Append(CultureInfo.InvariantCulture, $"{number}");

        /// <summary>A length in SVG.</summary>
        public void AppendFormatted(double number) => _built.Append(CultureInfo.InvariantCulture, $"{number:0.##}");

        public override string ToString() => _built.ToString();

        // Characters that reverse the direction could make a path look like another one.
        private static string Readable(string text) =>
            text.AsSpan().ContainsAny(s_directions)
                ? string.Concat(text.Select(c => s_directions.Contains(c) ? '\uFFFD' : c))
                : text;
    }
}
