using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;
using RabbitMQ.Client;

namespace Baton.WorkTests.Servers;

/// <summary>RabbitMQ for the tests of a class, with ports, files and an epmd of its own, all on the loopback interface.</summary>
public sealed class RabbitBroker : IAsyncLifetime
{
    private const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    private readonly TemporaryDirectory _directory = new();
    private readonly List<ServerProcess> _processes = [];
    private readonly int _port = FreePort.Next();

    internal Uri Uri => new(string.Create(CultureInfo.InvariantCulture, $"amqp://guest:guest@127.0.0.1:{_port}/"));

    public async ValueTask InitializeAsync()
    {
        Assert.True(File.Exists(Program), $"{Program} is not installed: ./test.sh does that.");
        string names = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        string distribution = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        string listener = string.Create(CultureInfo.InvariantCulture, $"listeners.tcp.1 = 127.0.0.1:{_port}\n");
        File.WriteAllText(_directory.PathOf("rabbitmq.conf"), listener);
        File.WriteAllText(_directory.PathOf("enabled_plugins"), "[].\n");

        // Erlang starts one for the whole machine, which stays, unless there is one on this port.
        string[] epmd = ["/usr/bin/epmd", "-port", names, "-address", "127.0.0.1"];
        _processes.Add(new ServerProcess("KILL", _directory.PathOf("epmd.out"), epmd));
        var broker = new ServerProcess("KILL", _directory.PathOf("rabbitmq.out"), [Program], new Dictionary<string, string>
        {
            ["HOME"] = _directory.PathOf(""), // for its cookie
            ["LANG"] = "C.UTF-8",
            ["ERL_EPMD_PORT"] = names,
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODENAME"] = "baton@localhost",
            ["RABBITMQ_DIST_PORT"] = distribution,
            ["RABBITMQ_CONFIG_FILE"] = _directory.PathOf("rabbitmq.conf"),
            ["RABBITMQ_CONF_ENV_FILE"] = _directory.PathOf("none"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = _directory.PathOf("enabled_plugins"),
            ["RABBITMQ_MNESIA_BASE"] = _directory.PathOf("mnesia"),
            ["RABBITMQ_LOG_BASE"] = _directory.PathOf("log"),
            ["RABBITMQ_LOGS"] = "-",
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "+S 1:1 +SDcpu 1:1 +SDio 1 +A 1 -kernel inet_dist_use_interface {127,0,0,1}",
            ["RUNNING_UNDER_SYSTEMD"] = "true", // its script becomes the server, instead of waiting for it
        });
        _processes.Insert(0, broker);
        await broker.ReadyAsync(Accepts);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ServerProcess process in _processes)
        {
            await process.DisposeAsync();
        }

        _directory.Dispose();
    }

    internal Task<IConnection> ConnectAsync() => new ConnectionFactory { Uri = Uri }.CreateConnectionAsync();

    // It listens when all else is done.
    private bool Accepts()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Connect(IPAddress.Loopback, _port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
