using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Baton.Resources;
using Baton.Tests.Support;

namespace Baton.Tests.Resources;

/// <summary>What one process does to its end of a listener must not reach the process that shares it.</summary>
public sealed class SharedListenerTests : IDisposable
{
    private readonly RegistryFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    // C8
    [Fact]
    public async Task Dispose_AcceptIsPending_LeavesTheSharedListenerWithoutLinger()
    {
        using ClaimedListener theirs = await DisposeOursWhileAccepting();
        Assert.Equal(new LingerOption(enable: false, seconds: 0), theirs.Socket.LingerState);
    }

    // C8: with SO_LINGER 1,0 on the listener, what is unsent when a connection is closed is thrown away.
    [Fact]
    public async Task Dispose_AcceptIsPending_BigResponsesOfTheSuccessorAreWhole()
    {
        const int Size = 1_500_000;
        using ClaimedListener theirs = await DisposeOursWhileAccepting();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)theirs.Socket.LocalEndPoint!, TestContext.Current.CancellationToken);
        Socket connection = await theirs.Socket.AcceptAsync(TestContext.Current.CancellationToken).AsTask().Soon();
        Task<long> reading = ReadToEnd(client.GetStream());

        await connection.SendAsync(new byte[Size], TestContext.Current.CancellationToken).AsTask().Soon();
        connection.Shutdown(SocketShutdown.Send);
        connection.Dispose();

        Assert.Equal(Size, await reading.Soon());
    }

    // C8: a finalizer of a socket that was bound would unlink its path, and set SO_LINGER.
    [Fact]
    public void Collect_AfterBinding_ThePathAndTheListenerStay()
    {
        RegistryFixture.Claim(_fixture.Registry, _fixture.UnixEndPoint);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.True(RegistryFixture.Connects(_fixture.UnixEndPoint));
    }

    // C7
    [Fact]
    public void Claim_BoundOrInherited_NoDescriptorIsInheritedByOtherChildren()
    {
        using ClaimedListener bound = RegistryFixture.Claim(_fixture.Registry, RegistryFixture.AnyPort);
        using ClaimedListener inherited = RegistryFixture.Claim(_fixture.Successor(), RegistryFixture.AnyPort);
        string kernelSocket = RegistryFixture.KernelSocket(bound.Socket);
        int[] descriptors = [.. OpenFiles.All().Where(fd => OpenFiles.Target(fd) == kernelSocket)];
        Assert.Equal(4, descriptors.Length);
        Assert.All(descriptors, fd => Assert.True(OpenFiles.IsCloseOnExec(fd)));
    }

    // C6
    [Fact]
    public async Task ClaimAndRelease_ManyTimes_TheDescriptorTableStaysAsItWas()
    {
        await AcceptAndLetGo();
        var before = DescriptorCount.Take();
        for (int round = 0; round < 200; round++)
        {
            await AcceptAndLetGo();
        }

        before.AssertUnchanged();
    }

    // C6: .NET leaves it in its epoll set, and this process would wake for every connection of its successor.
    [Fact]
    public async Task Dispose_AfterAccepting_TheListenerIsInNoEpollSetOfThisProcess()
    {
        using ClaimedListener theirs = await DisposeOursWhileAccepting();
        long inode = long.Parse(RegistryFixture.KernelSocket(theirs.Socket)["socket:[".Length..^1], CultureInfo.InvariantCulture);
        Assert.DoesNotContain($"ino:{inode:x} ", OpenFiles.WatchedByEpoll(), StringComparison.Ordinal);
    }

    /// <summary>Our claim was disposed during an accept; the result is another on the same listener, as the successor has it.</summary>
    private async Task<ClaimedListener> DisposeOursWhileAccepting()
    {
        ClaimedListener ours = RegistryFixture.Claim(_fixture.Registry, RegistryFixture.AnyPort);
        ClaimedListener theirs = RegistryFixture.Claim(_fixture.Successor(), RegistryFixture.AnyPort);
        Task<Socket> accepting = ours.Socket.AcceptAsync();
        Assert.False(accepting.IsCompleted);

        ours.Dispose();

        await Assert.ThrowsAnyAsync<SocketException>(accepting.Soon);
        return theirs;
    }

    private async Task AcceptAndLetGo()
    {
        ClaimedListener claim = RegistryFixture.Claim(_fixture.Registry, RegistryFixture.AnyPort);
        Task<Socket> accepting = claim.Socket.AcceptAsync();
        claim.Dispose();
        await Assert.ThrowsAnyAsync<SocketException>(accepting.Soon);
    }

    private static async Task<long> ReadToEnd(NetworkStream stream)
    {
        long read = 0;
        byte[] buffer = new byte[8192];
        while (await stream.ReadAsync(buffer) is > 0 and int n)
        {
            read += n;
        }

        return read;
    }
}
