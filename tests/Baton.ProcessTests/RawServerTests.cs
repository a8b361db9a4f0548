using System.Net.Sockets;
using System.Text.Json.Nodes;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>A server that accepts by itself, as a participant: told, waited for, counted and cut as Kestrel is.</summary>
public sealed class RawServerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string SocketPath => _directory.PathOf("raw.sock");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Connection_of_a_raw_server_is_told_of_the_drain_waited_for_and_finishes()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup("01:00:00"));
        using StreamReader old = Connect(), idle = Connect();
        Assert.Equal($"{service.Pid}", await LineAsync(old));
        Assert.Equal($"{service.Pid}", await LineAsync(idle));

        int predecessor = await service.RestartAsync();
        Assert.Equal("drain", await LineAsync(old));
        using StreamReader next = Connect();
        Assert.Equal($"{service.Pid}", await LineAsync(next));
        await Deadline.UntilAsync(async () => (int?)(await OlderAsync(service))?["connections"]?["echo"] == 2);

        old.Dispose();
        await Deadline.UntilAsync(async () => (int?)(await OlderAsync(service))?["connections"]?["echo"] == 1);
        idle.Dispose();
        Assert.Equal(0, await service.EndAsync(predecessor));
    }

    [Fact]
    public async Task Connection_of_a_raw_server_is_cut_at_the_drain_timeout_which_is_exit_code_124()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup("00:00:01"));
        using StreamReader stuck = Connect();
        Assert.Equal($"{service.Pid}", await LineAsync(stuck));

        int predecessor = await service.RestartAsync();
        Assert.Equal(ServiceProcess.ForcedExitCode, await service.EndAsync(predecessor));
        Assert.Single(service.Log.All($"Process {predecessor} forced by the drain timeout of 1 s: cut 1 connections and 0 requests"));
        Assert.Equal("drain", await LineAsync(stuck));
        Assert.Null(await LineAsync(stuck));
    }

    [Fact]
    public async Task Raw_server_accepts_again_after_a_roll_back_and_its_new_connections_are_not_told_to_end()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup("01:00:00") with { Probation = TimeSpan.FromMinutes(1) });
        int predecessor = await service.RestartAsync();
        int successor = service.Pid;
        using (StreamReader released = Connect())
        {
            Assert.Equal($"{successor}", await LineAsync(released));
        }

        await HttpConnection.GetOnceAsync(service.Address, "/unhealthy");
        await service.EndAsync(successor);
        using StreamReader again = Connect();
        Assert.Equal($"{predecessor}", await LineAsync(again));
        JsonNode status = await ControlWire.StatusAsync(service.ControlSocket);
        Assert.Equal(1, (int)status["generations"]![0]!["connections"]!["echo"]!);

        ServiceProcess.Signal(predecessor, Libc.SIGTERM);
        Assert.Equal("drain", await LineAsync(again));
        again.Dispose();
        Assert.Equal(0, await service.EndAsync(predecessor));
    }

    private ServiceSetup Setup(string drainTimeout) => new ServiceSetup().With("--Raw", SocketPath, $"--GracefulRestart:DrainTimeout={drainTimeout}");

    private StreamReader Connect()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(SocketPath));
        return new StreamReader(new NetworkStream(socket, ownsSocket: true));
    }

    private static Task<string?> LineAsync(StreamReader connection) => connection.ReadLineAsync().InTime("a line of the raw server");

    private static async Task<JsonNode?> OlderAsync(ServiceProcess service) =>
        (await ControlWire.StatusAsync(service.ControlSocket))["generations"]!.AsArray() is [_, var older, ..] ? older : null;
}
