using System.Globalization;

namespace Baton.ProcessTests.Service;

/// <summary>What a test has seen, for its report.</summary>
internal static class TestOutput
{
    /// <summary>Adds text. Control characters are written as <c>\x1b</c>: xunit writes an escape character as it is, which XML does not allow.</summary>
    internal static void Write(string text) =>
        TestContext.Current.TestOutputHelper?.WriteLine(string.Concat(text.Select(c => char.IsControl(c) && c is not ('\t' or '\r' or '\n') ? Escaped(c) : c.ToString())));

    private static string Escaped(char control) => string.Create(CultureInfo.InvariantCulture, $"\\x{(int)control:x2}");
}
