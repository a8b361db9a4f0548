using System.Globalization;
using System.Text;

namespace Baton.ProcessTests.Http;

/// <summary>A whole HTTP/1.1 answer.</summary>
internal sealed record HttpAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>The process that gave it.</summary>
    internal int Pid => int.Parse(Headers["X-Pid"], CultureInfo.InvariantCulture);

    /// <summary>Whether it ends its connection.</summary>
    internal bool Closes => Headers.GetValueOrDefault("Connection") == "close";

    internal string Text => Encoding.UTF8.GetString(Body);
}
