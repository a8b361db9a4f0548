using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Baton.ProcessTests.Service;

/// <summary>A client of the control socket that knows the wire and nothing else.</summary>
internal sealed class ControlWire : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly StreamReader _reader;

    private ControlWire(string path)
    {
        _socket.Connect(new UnixDomainSocketEndPoint(path));
        _reader = new StreamReader(new NetworkStream(_socket), Encoding.UTF8);
    }

    /// <summary>Connects, no more.</summary>
    internal static ControlWire Open(string path) => new(path);

    /// <summary>Connects and asks.</summary>
    /// <param name="path">The socket.</param>
    /// <param name="command">A command, or the fields of a request.</param>
    internal static async Task<ControlWire> AskAsync(string path, string command)
    {
        await Deadline.UntilAsync(() => File.Exists(path));
        ControlWire wire = Open(path);
        string fields = command.Contains('"') ? command : $"\"command\":\"{command}\"";
        try
        {
            await wire._socket.SendAsync(Encoding.UTF8.GetBytes($"{{\"protocol\":1,{fields}}}\n"));
        }
        catch (SocketException)
        {
            // Refused before it has asked: why is there to be read.
        }

        return wire;
    }

    /// <summary>Waits until the process in charge has the lock of the service's name, which it passes on at the commit.</summary>
    internal static Task HoldsNameAsync(ServiceProcess service) => Deadline.UntilAsync(
        async () => (int?)(await StatusAsync(service.ControlSocket))["nameHeldBy"] == service.Pid, $"process {service.Pid} has its name");

    /// <summary>Asks for the status.</summary>
    internal static async Task<JsonNode> StatusAsync(string path)
    {
        using ControlWire wire = await AskAsync(path, "status");
        return (await wire.UntilAsync("status"))["status"]!;
    }

    /// <summary>Asks, and gives all that comes until the end.</summary>
    internal static async Task<IReadOnlyList<JsonNode>> TalkAsync(string path, string command)
    {
        using ControlWire wire = await AskAsync(path, command);
        return await wire.ToEndAsync();
    }

    /// <summary>The next line; null at the end of the connection.</summary>
    internal async Task<JsonNode?> NextAsync() => await _reader.ReadLineAsync().InTime("a line of the control socket") is { } line ? JsonNode.Parse(line) : null;

    /// <summary>The next line of a kind; what comes before is passed over.</summary>
    internal async Task<JsonNode> UntilAsync(string kind)
    {
        while (true)
        {
            JsonNode line = await NextAsync() ?? throw new EndOfStreamException($"The connection ended before a line of the kind {kind}.");
            if (Kind(line) == kind)
            {
                return line;
            }
        }
    }

    /// <summary>Every line until the connection ends; the last one must be the end.</summary>
    internal async Task<IReadOnlyList<JsonNode>> ToEndAsync()
    {
        var lines = new List<JsonNode>();
        while (await NextAsync() is { } line)
        {
            lines.Add(line);
        }

        Assert.Equal("end", Kind(lines[^1]));
        Assert.Single(lines, l => Kind(l) == "end");
        return lines;
    }

    internal static string Kind(JsonNode line) => (string)line["kind"]!;

    internal static JsonNode Only(IEnumerable<JsonNode> lines, string kind) => Assert.Single(lines, l => Kind(l) == kind);

    public void Dispose() => _reader.Dispose();
}
