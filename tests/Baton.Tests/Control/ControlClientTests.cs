using System.Net.Sockets;
using System.Text;
using Baton.Control;
using Baton.Interop;
using Baton.Tests.Support;

namespace Baton.Tests.Control;

public sealed class ControlClientTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    private string SocketPath => _directory.File("shop.sock");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _listener.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Ask_Status_GivesItAndTheEnd()
    {
        Listen();
        Task served = ServeAsync(socket =>
        {
            LifecycleFixture process = LifecycleFixture.Serving();
            new ControlConnection(socket, new ControlService(process.Lifecycle, process.Context, () => ControlSamples.Status)).Run(_ => null);
        });

        List<ControlAnswer> answers = await AskAsync();

        Assert.Equal("shop", Assert.IsType<ControlAnswer.Status>(answers[0]).Value.Name);
        Assert.Equal([new ControlAnswer.End(null, "")], answers[1..]);
        await served.Soon();
    }

    [Fact]
    public async Task Ask_ServerThatEndsTooSoon_IsLost()
    {
        Listen();
        Task served = ServeAsync(socket => LocalSocket.Send(socket, ControlCodec.Encode(new ControlAnswer.Successor(1, 2))));
        Assert.Equal(ControlFailure.Lost, (await Assert.ThrowsAsync<ControlException>(AskAsync)).Failure);
        await served.Soon();
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n")]
    [InlineData("{\"kind\":\"successor\"}\n")]
    public async Task Ask_ServerOfAnotherKind_IsAProtocolError(string answer)
    {
        Listen();
        Task served = ServeAsync(socket => LocalSocket.Send(socket, Encoding.UTF8.GetBytes(answer)));
        Assert.Equal(ControlFailure.ProtocolError, (await Assert.ThrowsAsync<ControlException>(AskAsync)).Failure);
        await served.Soon();
    }

    [Fact]
    public async Task Connect_NothingThere_IsNotFound() => Assert.Equal(ControlFailure.NotFound, (await Assert.ThrowsAsync<ControlException>(AskAsync)).Failure);

    [Fact]
    public async Task Connect_StaleSocket_IsNotFound()
    {
        _listener.Bind(new UnixDomainSocketEndPoint(SocketPath));
        Assert.Equal(ControlFailure.NotFound, (await Assert.ThrowsAsync<ControlException>(AskAsync)).Failure);
    }

    [Fact]
    public async Task Connect_LinkToASocket_IsNotFound()
    {
        Listen();
        File.CreateSymbolicLink(_directory.File("link.sock"), SocketPath);
        ControlException e = await Assert.ThrowsAsync<ControlException>(() => ControlClient.ConnectAsync(_directory.File("link.sock"), user: null, Deadline.Limit, Cancel));
        Assert.Equal(ControlFailure.NotFound, e.Failure);
    }

    // Nobody accepts: the first ones wait in the queue of the socket, and then there is no more room.
    [Fact]
    public async Task Connect_FullQueue_TimesOut()
    {
        _listener.Bind(new UnixDomainSocketEndPoint(SocketPath));
        _listener.Listen(backlog: 1);
        var clients = new List<ControlClient>();
        ControlException e = await Assert.ThrowsAsync<ControlException>(async () =>
        {
            while (clients.Count < 100)
            {
                clients.Add(await ControlClient.ConnectAsync(SocketPath, user: null, TimeSpan.FromMilliseconds(50), Cancel));
            }
        });
        Assert.Equal(ControlFailure.TimedOut, e.Failure);
        clients.ForEach(c => c.Dispose());
    }

    [Theory]
    [InlineData(7, 7, true)]
    [InlineData(7, 0, true)]
    [InlineData(7, 8, false)]
    [InlineData(0, 8, true)]
    public void Believes_OurselvesAndRootAndAnybodyAsRoot(uint own, uint other, bool believed) => Assert.Equal(believed, ControlTrust.Believes(own, other));

    private void Listen()
    {
        _listener.Bind(new UnixDomainSocketEndPoint(SocketPath));
        _listener.Listen();
    }

    private async Task ServeAsync(Action<Descriptor> serve)
    {
        Socket accepted = await _listener.AcceptAsync(Cancel);
        using Descriptor socket = Descriptor.TakeFrom(accepted);
        await Task.Factory.StartNew(() => serve(socket), Cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private async Task<List<ControlAnswer>> AskAsync()
    {
        using ControlClient client = await ControlClient.ConnectAsync(SocketPath, user: null, Deadline.Limit, Cancel);
        var answers = new List<ControlAnswer>();
        await foreach (ControlAnswer answer in client.AskAsync(new ControlRequest(ControlCommand.Status), Cancel))
        {
            answers.Add(answer);
        }

        return answers;
    }
}
