using System.Runtime.InteropServices;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Baton.Interop;
using Baton.Resources;
using Baton.Tests.Support;

namespace Baton.Tests.Resources;

/// <summary>Endpoints come, go and are bound anew in two processes that share listeners: whoever serves in the end has what its configuration says, and nobody else anything.</summary>
public sealed class SharingTests : IDisposable
{
    private const int Seed = 20261126;
    private const int Rounds = 300;
    private readonly RegistryFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Claim_DroppedWhileASuccessorHasItToo_IsTheSameAgain()
    {
        using ClaimedListener first = RegistryFixture.Claim(_fixture.Registry, RegistryFixture.AnyPort);
        string socket = RegistryFixture.KernelSocket(first.Socket);
        SocketRegistry successor = Successor(_fixture.Registry);
        first.Dispose();

        using ClaimedListener again = RegistryFixture.Claim(_fixture.Registry, RegistryFixture.AnyPort);
        using ClaimedListener theirs = RegistryFixture.Claim(successor, RegistryFixture.AnyPort);
        Assert.Equal([socket, socket], [RegistryFixture.KernelSocket(again.Socket), RegistryFixture.KernelSocket(theirs.Socket)]);
    }

    [Fact]
    public void Claim_BoundWhileASuccessorStarts_IsGivenToItAndKeepsItsPathWhenThePredecessorGoes()
    {
        SocketRegistry successor = Successor(_fixture.Registry);
        using ClaimedListener bound = RegistryFixture.Claim(_fixture.Registry, _fixture.UnixEndPoint);
        using ClaimedListener theirs = RegistryFixture.Claim(successor, _fixture.UnixEndPoint);
        Assert.Equal(RegistryFixture.KernelSocket(bound.Socket), RegistryFixture.KernelSocket(theirs.Socket));

        _fixture.Registry.Resources.SetPassedOn(true);
        _fixture.Registry.Resources.Release([]);
        successor.Resources.SetPassedOn(false);
        successor.Resources.EndSharing();

        Assert.True(RegistryFixture.Connects(_fixture.UnixEndPoint));
    }

    [Fact]
    public void EndPassingOn_AListenerWasDroppedMeanwhile_ClosesIt()
    {
        ClaimedListener dropped = RegistryFixture.Claim(_fixture.Registry, RegistryFixture.AnyPort);
        EndPoint at = dropped.Socket.LocalEndPoint!;
        Func<ResourceKey, SafeHandle, bool> none = (_, _) => false;
        _fixture.Registry.Resources.ToSuccessor.All(none);
        dropped.Dispose();
        Assert.True(RegistryFixture.Connects(at), "the successor has it");

        _fixture.Registry.Resources.EndPassingOn(none);

        Assert.False(RegistryFixture.Connects(at));
    }

    [Fact]
    public void Claim_AfterRelease_BindsNothing()
    {
        _fixture.Registry.Resources.Release([]);
        Assert.True(_fixture.Registry.Resources.BindsNothing);
        Assert.Equal(RestartFailure.Stopping, Assert.Throws<RestartException>(() => RegistryFixture.Claim(_fixture.Registry, _fixture.UnixEndPoint)).Failure);
        Assert.False(File.Exists(_fixture.SocketPath));
    }

    [Fact]
    public void Claim_TheFileOfAnInheritedListenerIsGone_IsBoundAnew()
    {
        _fixture.Registry.Listen(_fixture.UnixEndPoint);
        File.Delete(_fixture.SocketPath);
        using ClaimedListener theirs = RegistryFixture.Claim(Successor(_fixture.Registry), _fixture.UnixEndPoint);
        Assert.False(theirs.IsInherited);
        Assert.True(RegistryFixture.Connects(_fixture.UnixEndPoint));
        Assert.Contains("ListenerPathLost", _fixture.Logger.EventNames);
    }

    [Theory]
    [InlineData("file", "a file lies there")]
    [InlineData("directory", "a directory lies there")]
    [InlineData("link", "a link lies there")]
    [InlineData("socket", "another program's socket lies there")]
    public void Claim_SomethingElseLiesAtThePathOfAnInheritedListener_FailsAndSaysWhat(string kind, string words)
    {
        _fixture.Registry.Listen(_fixture.UnixEndPoint);
        File.Delete(_fixture.SocketPath);
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        switch (kind)
        {
            case "file":
                File.WriteAllText(_fixture.SocketPath, "precious");
                break;
            case "directory":
                Directory.CreateDirectory(_fixture.SocketPath);
                break;
            case "link":
                File.CreateSymbolicLink(_fixture.SocketPath, "/nowhere");
                break;
            default:
                other.Bind(_fixture.UnixEndPoint);
                other.Listen();
                break;
        }

        var failure = Assert.ThrowsAny<SocketException>(() => RegistryFixture.Claim(Successor(_fixture.Registry), _fixture.UnixEndPoint));

        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Claim_TheDirectoryOfAnInheritedListenerIsGone_FailsAndSaysSo()
    {
        string directory = Directory.CreateDirectory(_fixture.SocketPath + ".d").FullName;
        var endPoint = new UnixDomainSocketEndPoint(Path.Combine(directory, "a.sock"));
        _fixture.Registry.Listen(endPoint);
        Directory.Delete(directory, recursive: true);
        var failure = Assert.ThrowsAny<SocketException>(() => RegistryFixture.Claim(Successor(_fixture.Registry), endPoint));
        Assert.Contains($"unix:{endPoint}", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("its directory is not there", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Claim_ALinkLeadsToTheInheritedListener_IsTheSame()
    {
        Socket first = _fixture.Registry.Listen(_fixture.UnixEndPoint);
        File.Move(_fixture.SocketPath, _fixture.SocketPath + ".moved");
        File.CreateSymbolicLink(_fixture.SocketPath, _fixture.SocketPath + ".moved");
        using ClaimedListener theirs = RegistryFixture.Claim(Successor(_fixture.Registry), _fixture.UnixEndPoint);
        Assert.Equal(RegistryFixture.KernelSocket(first), RegistryFixture.KernelSocket(theirs.Socket));
    }

    // Each round is a restart during which both configurations change; then one of the two serves alone.
    [Fact]
    public void Random_EndpointsChangeAllTheWhile_WhoServesInTheEndHasItsOwnAndNobodyElseAny()
    {
        var random = new Random(Seed);
        int[] ports = [.. Enumerable.Range(0, 4).Select(_ => FreePort())];
        for (int round = 0; round < Rounds; round++)
        {
            var old = new Server(_fixture.NewRegistry(), ports, random);
            old.Registry.Resources.SetPassedOn(false);
            old.ChangeSome();
            Func<ResourceKey, SafeHandle, bool>? give = null;
            SocketRegistry successor = Successor(old.Registry, g => give = g);
            var young = new Server(successor, ports, random);
            Change(random, old, young);
            if (random.Next(3) == 0)
            {
                // It never serves.
                young.End();
                old.Registry.Resources.EndPassingOn(give!);
                old.AssertServes($"round {round}, backed out");
                old.End();
                continue;
            }

            old.Registry.Resources.SetPassedOn(true);
            young.Registry.Resources.SetPassedOn(false);
            young.Registry.Resources.CloseUnclaimed();
            Change(random, old, young);
            bool rolledBack = random.Next(2) == 0;
            if (rolledBack)
            {
                young.End();
                old.Registry.Resources.SetPassedOn(false);
                old.Registry.Resources.CloseUnclaimed();
            }
            else
            {
                old.End(young.Registry.Resources.AnsweredFor);
                young.Registry.Resources.EndSharing();
            }

            Server serves = rolledBack ? old : young;
            serves.AssertServes($"round {round}, rolled back: {rolledBack}");
            serves.End();
        }
    }

    private static void Change(Random random, Server old, Server young)
    {
        for (int i = random.Next(5); i >= 0; i--)
        {
            (random.Next(2) == 0 ? old : young).ChangeSome();
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(RegistryFixture.AnyPort);
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    // As the two ends of a handover do it.
    private SocketRegistry Successor(SocketRegistry predecessor, Action<Func<ResourceKey, SafeHandle, bool>>? given = null)
    {
        SocketRegistry successor = _fixture.NewRegistry();
        bool Give(ResourceKey key, SafeHandle descriptor)
        {
            successor.Resources.InheritLater(ResourceKey.Parse(key.ToString()), descriptor.Duplicate());
            return true;
        }

        Func<ResourceKey, SafeHandle, bool> give = Give;
        given?.Invoke(give);
        foreach (PassedResource passed in predecessor.Resources.ToSuccessor.All(give))
        {
            successor.Resources.Unclaimed.Inherit(ResourceKey.Parse(passed.Key.ToString()), passed.Handle.Duplicate(), passed.File);
        }

        return successor;
    }

    /// <summary>As Kestrel and its listeners behave: what can't be had now is asked for again when the process accepts.</summary>
    private sealed class Server(SocketRegistry registry, int[] ports, Random random)
    {
        private readonly Dictionary<int, ClaimedListener?> _endpoints = [];

        internal SocketRegistry Registry => registry;

        /// <summary>Adds an endpoint, removes it, or binds it anew.</summary>
        internal void ChangeSome()
        {
            int port = ports[random.Next(ports.Length)];
            bool had = _endpoints.Remove(port, out ClaimedListener? claim);
            claim?.Dispose();
            if (!had || random.Next(2) == 0)
            {
                _endpoints[port] = TryClaim(port);
            }
        }

        internal void AssertServes(string when)
        {
            foreach (int port in _endpoints.Where(e => e.Value is null).Select(e => e.Key).ToArray())
            {
                _endpoints[port] = TryClaim(port);
            }

            Assert.All(ports, p => Assert.True(_endpoints.ContainsKey(p) == RegistryFixture.Connects(At(p)), $"{when}: port {p}"));
            Assert.All(_endpoints, e => Assert.True(e.Value!.Socket.Poll(TimeSpan.Zero, SelectMode.SelectRead), $"{when}: what comes to port {e.Key} is not its"));
        }

        internal void End(IReadOnlyCollection<ResourceKey>? claimedBySuccessor = null)
        {
            registry.Resources.SetPassedOn(true);
            registry.Resources.Release(claimedBySuccessor ?? []);
            foreach (ClaimedListener? claim in _endpoints.Values)
            {
                claim?.Dispose();
            }
        }

        private ClaimedListener? TryClaim(int port)
        {
            var request = ResourceKey.Of(At(port));
            if (registry.Resources.BindsNothing)
            {
                return registry.ClaimUnused(request);
            }

            try
            {
                ClaimedListener claim = registry.Claim(request, () => ListenerBinding.Bind(At(port)));
                claim.Socket.Listen();
                return claim;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                return null;
            }
        }

        private static IPEndPoint At(int port) => new(IPAddress.Loopback, port);
    }
}
