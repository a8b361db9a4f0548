using System.Globalization;
using System.Net.Sockets;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>S4: BATON_HANDOVER names a unix socket, but there is no predecessor behind it.</summary>
[Collection(nameof(ForeignSocketTests))]
[Jit("The area: unix sockets.")]
public sealed class ForeignSocketTests : IDisposable
{
    private readonly Socket _listener = NewSocket();
    private readonly Socket _connected = NewSocket();

    public ForeignSocketTests()
    {
        var name = new UnixDomainSocketEndPoint($"\0baton-test-{Guid.NewGuid()}");
        _listener.Bind(name);
        _listener.Listen();
        _connected.Connect(name);

        // Every process that is started from now on has it, as from a careless program.
        Assert.Equal(0, Libc.fcntl(Descriptor, Libc.F_SETFD, 0));
    }

    private int Descriptor => (int)_connected.SafeHandle.DangerousGetHandle();

    public void Dispose()
    {
        _connected.Dispose();
        _listener.Dispose();
    }

    [Fact]
    public Task Socket_of_another_process_than_the_named_one_is_ignored() =>
        HandoverVariableTests.AssertIgnoredAsync(
            Address(pid: 1), new ServiceSetup(), $"was made by process {Environment.ProcessId} of user");

    [Fact]
    public async Task Predecessor_that_never_answers_fails_the_start_and_is_not_waited_for_long()
    {
        ServiceSetup setup = new ServiceSetup().With("--GracefulRestart:HandshakeTimeout=00:00:01");
        setup = HandoverVariableTests.WithVariable(Address(Environment.ProcessId), setup);
        await using ServiceProcess service = ServiceProcess.Launch(setup);

        Assert.NotEqual(0, await service.EndAsync(service.Pid));
        await service.Log.FirstAsync("The predecessor sent no listeners within 1 s");
    }

    private static Socket NewSocket() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    private string Address(int pid) => string.Create(CultureInfo.InvariantCulture, $"{Descriptor}:{pid}");

    /// <summary>Runs alone: the services of other tests would get the socket too.</summary>
    [CollectionDefinition(nameof(ForeignSocketTests), DisableParallelization = true)]
    public sealed class Alone;
}
