using System.Diagnostics;
using System.Text;
using Baton.Control;
using Baton.Handover;
using Baton.Interop;
using Baton.Tests.Support;

namespace Baton.Tests.Control;

/// <summary>S6: who gets a place among the clients of the control socket.</summary>
public sealed class ControlClientsTests : IDisposable
{
    private const string Watch = "{\"protocol\":1,\"command\":\"watch\"}\n";
    private const string Restart = "{\"protocol\":1,\"command\":\"restart\"}\n";
    private const string Status = "{\"protocol\":1,\"command\":\"status\"}\n";

    private readonly LifecycleFixture _process = LifecycleFixture.Serving();
    private readonly ControlService _service;
    private readonly ControlClients _clients;
    private readonly List<Descriptor> _ends = [];

    public ControlClientsTests()
    {
        _process.Options.Control.Timeout = TimeSpan.FromMinutes(10);
        _service = new ControlService(_process.Lifecycle, _process.Context, () => ControlSamples.Status);
        _clients = new ControlClients(_service);
    }

    public void Dispose()
    {
        _ends.ForEach(e => e.Dispose());

        // Their threads have closed what is theirs: other tests count descriptors.
        _process.Do(_clients.Finish);
        _clients.Told.Wait(Deadline.Limit);
    }

    [Fact]
    public void Watchers_AsManyAsMayBe_KeepNobodyElseOut()
    {
        for (int i = 0; i < _process.Options.Control.MaxConnections; i++)
        {
            Assert.StartsWith("{\"kind\":\"status\"", Answer(Connect(Watch)), StringComparison.Ordinal);
        }

        Assert.Contains("\"failure\":\"Busy\"", Answer(Connect(Watch)), StringComparison.Ordinal);
        Assert.StartsWith("{\"kind\":\"status\"", Answer(Connect(Status)), StringComparison.Ordinal);
    }

    [Fact]
    public void SilentClients_AsManyAsMayBe_MakeRoomTheOldestFirst()
    {
        Descriptor[] silent = [.. Enumerable.Range(0, _process.Options.Control.MaxConnections).Select(_ => Connect(""))];
        Assert.StartsWith("{\"kind\":\"status\"", Answer(Connect(Status)), StringComparison.Ordinal);
        Assert.Contains("\"failure\":\"Busy\"", Answer(silent[0]), StringComparison.Ordinal);
        Send(silent[^1], Status);
        Assert.StartsWith("{\"kind\":\"status\"", Answer(silent[^1]), StringComparison.Ordinal);
    }

    [Fact]
    public void ClientThatHasAsked_WhateverComes_IsNotSentAway()
    {
        _process.Options.Control.MaxConnections = 1;
        Descriptor first = Connect(Restart);
        while (!_process.Logger.EventNames.Contains("ControlAsked"))
        {
            Thread.Yield();
        }

        Assert.Contains("\"failure\":\"Busy\"", Answer(Connect(Status)), StringComparison.Ordinal);

        // The log line comes before the request is on the control loop.
        for (long begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < Deadline.Limit && !Poller.Wait(first.Number, Libc.POLLIN, TimeSpan.FromMilliseconds(1));)
        {
            _process.Do(() => { });
        }

        Assert.StartsWith("{\"kind\":\"accepted\"", Answer(first), StringComparison.Ordinal);
    }

    private Descriptor Connect(string request)
    {
        (Descriptor ours, Descriptor client) = UnixStream.CreatePair();
        _ends.Add(client);
        Send(client, request);
        _clients.Begin(new ControlConnection(ours, _service));
        return client;
    }

    private static void Send(Descriptor client, string text)
    {
        if (text.Length > 0)
        {
            UnixStream.Send(client, Encoding.UTF8.GetBytes(text), [], Deadline.Limit);
        }
    }

    private static string Answer(Descriptor client)
    {
        byte[] buffer = new byte[1024 * 1024];
        int received = LocalSocket.WouldBlock;
        while (received == LocalSocket.WouldBlock && Poller.Wait(client.Number, Libc.POLLIN, Deadline.Limit))
        {
            received = LocalSocket.Receive(client, buffer);
        }

        return Encoding.UTF8.GetString(buffer, 0, Math.Max(0, received));
    }
}
