using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>C3, D8: samples/TcpEcho, UdpEcho and UdpSessions through restarts. bench/sockets.py does the same under load.</summary>
[Jit("Samples.")]
public sealed class SocketSampleTests
{
    private const int Restarts = 3;

    [Fact]
    public async Task Tcp_connections_stay_with_their_process_to_their_end_and_new_ones_go_to_the_new_one()
    {
        int port = FreePort(SocketType.Stream);
        await using ServiceProcess service = await StartAsync("TcpEcho", port);
        var open = new List<(int Pid, StreamReader Reader, StreamWriter Writer)>();
        for (int restart = 0; restart <= Restarts; restart++)
        {
            if (restart > 0)
            {
                await service.RestartAsync();
            }

            var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
            open.Add((service.Pid, new StreamReader(client.GetStream()), new StreamWriter(client.GetStream()) { AutoFlush = true }));
            foreach (var (pid, reader, writer) in open)
            {
                await writer.WriteLineAsync($"hello {restart}");
                Assert.Equal($"{pid} hello {restart}", await reader.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().InTime("an answer"));
            }
        }

        Assert.Equal(Restarts + 1, open.Select(o => o.Pid).Distinct().Count());
        foreach (var (pid, reader, _) in open.SkipLast(1))
        {
            reader.Dispose();
            Assert.Equal(0, await service.EndAsync(pid));
        }

        // A stop of the service does not wait for clients that say nothing.
        await service.StopAsync();
    }

    [Fact]
    public async Task Udp_datagrams_are_answered_once_each_by_whoever_reads()
    {
        int port = FreePort(SocketType.Dgram);
        await using ServiceProcess service = await StartAsync("UdpEcho", port);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 1 << 22 };
        await socket.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        ConcurrentDictionary<int, int> answers = new();
        HashSet<string> pids = [];
        using CancellationTokenSource over = new(), answered = new();
        Task receiving = ReceiveAsync();
        int sent = 0;
        Task sending = SendAsync();
        for (int restart = 0; restart < Restarts; restart++)
        {
            await service.RestartAsync();
        }

        await over.CancelAsync();
        await sending;
        await Deadline.UntilAsync(() => answers.Count == sent);
        await answered.CancelAsync();
        await receiving.InTime("the end of the answers");
        Assert.All(answers.Values, times => Assert.Equal(1, times));
        Assert.Contains($"{service.Pid}", pids);
        Assert.True(pids.Count > 1, "only one process has answered");

        async Task SendAsync()
        {
            while (!over.IsCancellationRequested)
            {
                await socket.SendAsync(Encoding.ASCII.GetBytes($"{sent}"), CancellationToken.None);
                sent++;
                await Task.Delay(1, CancellationToken.None);
            }
        }

        async Task ReceiveAsync()
        {
            byte[] buffer = new byte[100];
            while (!answered.IsCancellationRequested)
            {
                int length;
                try
                {
                    length = await socket.ReceiveAsync(buffer, answered.Token);
                }
                catch (OperationCanceledException)
                {
                    return;
                }

                string[] words = Encoding.ASCII.GetString(buffer, 0, length).Split(' ');
                pids.Add(words[0]);
                answers.AddOrUpdate(int.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture), 1, (_, n) => n + 1);
            }
        }
    }

    [Fact]
    public async Task Udp_session_stays_with_its_process_and_new_peers_go_to_the_new_one()
    {
        int port = FreePort(SocketType.Dgram);
        await using ServiceProcess service = await StartAsync("UdpSessions", port, "--idle", "3600");
        using Socket old = await PeerAsync(port);
        int first = service.Pid;
        Assert.Equal($"{first} 1 a", await AskAsync(old, "a"));

        await service.RestartAsync();
        using Socket later = await PeerAsync(port);
        Assert.Equal($"{first} 2 b", await AskAsync(old, "b"));
        Assert.Equal($"{service.Pid} 1 c", await AskAsync(later, "c"));

        await service.RestartAsync();
        Assert.Equal($"{first} 3 d", await AskAsync(old, "d"));
        Assert.DoesNotContain($"{service.Pid} ", await AskAsync(later, "e"), StringComparison.Ordinal);
    }

    private static async Task<string> AskAsync(Socket peer, string word)
    {
        await peer.SendAsync(Encoding.ASCII.GetBytes(word));
        byte[] buffer = new byte[100];
        int length = await peer.ReceiveAsync(buffer).InTime("an answer");
        return Encoding.ASCII.GetString(buffer, 0, length);
    }

    private static async Task<Socket> PeerAsync(int port)
    {
        var peer = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await peer.ConnectAsync(IPAddress.Loopback, port);
        return peer;
    }

    private static Task<ServiceProcess> StartAsync(string sample, int port, params string[] more) => ServiceProcess.StartAsync(new ServiceSetup
    {
        Command = [Path.Combine(TestBuild.UsualOf(sample), sample)],
        Arguments = ["--port", $"{port}", .. more],
    });

    private static int FreePort(SocketType type)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, type, type == SocketType.Dgram ? ProtocolType.Udp : ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Any, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
