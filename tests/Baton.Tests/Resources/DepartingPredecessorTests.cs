using System.Net;
using System.Net.Sockets;
using Baton.Interop;
using Baton.Resources;
using Baton.Tests.Support;

namespace Baton.Tests.Resources;

/// <summary>Binding an address that a predecessor, which passes nothing on, may still have.</summary>
public sealed class DepartingPredecessorTests : IDisposable
{
    private readonly RegistryFixture _fixture = new();
    private readonly Socket _predecessor = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<TimeSpan> _waits = [];

    public DepartingPredecessorTests()
    {
        _predecessor.Bind(RegistryFixture.AnyPort);
        _predecessor.Listen();
        Address = (IPEndPoint)_predecessor.LocalEndPoint!;
    }

    private IPEndPoint Address { get; }

    public void Dispose()
    {
        _predecessor.Dispose();
        _fixture.Dispose();
    }

    [Fact]
    public void Listen_ThePredecessorClosesItInTime_Succeeds()
    {
        Await(Deadline.Limit, waits =>
        {
            if (waits == 3)
            {
                _predecessor.Dispose();
            }

            return false;
        });
        _fixture.Registry.Listen(Address);
        Assert.True(RegistryFixture.Connects(Address));
        Assert.Equal(3, _waits.Count);
    }

    // The kernel has closed its sockets by then.
    [Fact]
    public void Listen_ThePredecessorEnds_SucceedsAtTheNextTry()
    {
        Await(Deadline.Limit, _ =>
        {
            _predecessor.Dispose();
            return true;
        });
        _fixture.Registry.Listen(Address);
        Assert.Single(_waits);
    }

    [Fact]
    public void Listen_ThePredecessorIsGoneAndItIsStillInUse_FailsAsUsual()
    {
        Await(Deadline.Limit, _ => true);
        Fails(SocketError.AddressAlreadyInUse, Address);
        Assert.Single(_waits);
    }

    [Fact]
    public void Listen_ThePredecessorStays_FailsAsUsualAtTheLimit()
    {
        Await(TimeSpan.Zero, _ => false);
        Fails(SocketError.AddressAlreadyInUse, Address);
        Assert.Equal([TimeSpan.Zero], _waits);
    }

    // The limit is for all of them together.
    [Fact]
    public void Listen_AtTheLimit_TheNextListenerDoesNotWait()
    {
        Await(TimeSpan.Zero, _ => false);
        Fails(SocketError.AddressAlreadyInUse, Address);
        Fails(SocketError.AddressAlreadyInUse, Address);
        Assert.All(_waits, wait => Assert.Equal(TimeSpan.Zero, wait));
    }

    [Fact]
    public void Listen_AnotherError_IsNotWaitedFor()
    {
        Await(Deadline.Limit, _ => false);
        Fails(SocketError.AddressNotAvailable, new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0));
        Assert.Empty(_waits);
    }

    [Fact]
    public void Listen_TheUnixSocketOfAPredecessorThatDiesAtLast_IsTakenOver()
    {
        var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(_fixture.UnixEndPoint);
        other.Listen();

        // Without its socket object, which would remove the path.
        var descriptor = Descriptor.TakeFrom(other);
        Await(Deadline.Limit, _ =>
        {
            descriptor.Dispose();
            return true;
        });
        _fixture.Registry.Listen(_fixture.UnixEndPoint);
        Assert.Contains("StalePathTakenOver", _fixture.Logger.EventNames);
    }

    private void Await(TimeSpan limit, Func<int, bool> gone) => _fixture.Registry.AwaitAddresses(new DepartingPredecessor(
        wait =>
        {
            _waits.Add(wait);
            return gone(_waits.Count);
        },
        limit));

    private void Fails(SocketError error, EndPoint endPoint) =>
        Assert.Equal(error, Assert.ThrowsAny<SocketException>(() => _fixture.Registry.Listen(endPoint)).SocketErrorCode);
}
