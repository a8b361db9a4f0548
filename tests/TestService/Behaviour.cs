namespace TestService;

/// <summary>
/// How one process of the service behaves, read when it starts from the file that <c>TEST_SERVICE_BEHAVIOUR</c> names: a line for each behaviour, its name
/// and behind a space what it is to do. So the successor can misbehave where its predecessor behaved. An empty or missing file: it behaves.
/// </summary>
internal sealed class Behaviour
{
    private readonly Dictionary<string, string> _orders;

    private Behaviour(IEnumerable<string> lines) =>
        _orders = lines.Select(line => line.Split(' ', 2)).ToDictionary(words => words[0], words => words.Length > 1 ? words[1] : "");

    internal static Behaviour OfThisProcess()
    {
        string? file = Environment.GetEnvironmentVariable("TEST_SERVICE_BEHAVIOUR");
        return new Behaviour(File.Exists(file) ? File.ReadAllLines(file) : []);
    }

    internal bool Has(string name) => _orders.ContainsKey(name);

    /// <summary>What stands behind the name; null if the process is not told to behave so.</summary>
    internal string? Argument(string name) => _orders.GetValueOrDefault(name);

    /// <summary>What is meant for one of several servers: the lines that begin with its name.</summary>
    internal Behaviour Of(string server) => new(_orders.Where(o => o.Key.StartsWith($"{server}-", StringComparison.Ordinal)).Select(o => $"{o.Key[(server.Length + 1)..]} {o.Value}".TrimEnd()));
}
