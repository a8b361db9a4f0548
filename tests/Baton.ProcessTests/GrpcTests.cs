using System.Collections.Concurrent;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;
using Greeting;
using Grpc.Core;
using Grpc.Net.Client;

namespace Baton.ProcessTests;

/// <summary>gRPC through restarts, with .NET's client, on the sample that has one method of each kind.</summary>
public sealed class GrpcTests
{
    private const string Ended = "service restart";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Unary_calls_all_succeed_and_each_is_executed_once(bool tls)
    {
        using var certificate = new TestCertificate();
        ServiceSetup setup = Sample();
        await using ServiceProcess service = await ServiceProcess.StartAsync(
            tls ? setup with { Arguments = [.. certificate.Endpoint, .. setup.Arguments.Skip(2)] } : setup);
        using GrpcChannel channel = Channel(service);
        var replies = new ConcurrentBag<HelloReply>();
        await using (BackgroundLoad load = BackgroundLoad.Start(4, () => new GreeterClient(channel, replies)))
        {
            for (int i = 0; i < 3; i++)
            {
                await load.MoreAsync();
                int predecessor = await service.RestartAsync();
                await load.MoreAsync();
                Assert.Equal(0, await service.EndAsync(predecessor));
            }

            await load.EndWithoutFailureAsync();
        }

        await service.StopAsync();

        // An execution that no reply belongs to would be one too many.
        foreach (IGrouping<int, HelloReply> process in replies.GroupBy(r => r.Pid))
        {
            string executed = (await service.Log.FirstAsync($@"{process.Key} executed (?<calls>\d+) calls")).Groups["calls"].Value;
            Assert.Equal(Enumerable.Range(1, int.Parse(executed, null)), process.Select(r => r.Calls).Order());
        }

        Assert.Equal(4, replies.Select(r => r.Pid).Distinct().Count());
    }

    [Fact]
    public async Task Streams_end_as_unavailable_and_a_unary_call_under_way_is_answered()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Sample());
        using GrpcChannel channel = Channel(service);
        var greeter = new Greeter.GreeterClient(channel);
        using AsyncServerStreamingCall<HelloReply> replies = greeter.LotsOfReplies(new HelloRequest { Name = "stream" }, cancellationToken: Cancel);
        Assert.True(await replies.ResponseStream.MoveNext(Cancel).InTime());
        using AsyncServerStreamingCall<HelloReply> polite = greeter.LotsOfReplies(new HelloRequest { Name = "polite", Polite = true }, cancellationToken: Cancel);
        Assert.True(await polite.ResponseStream.MoveNext(Cancel).InTime());
        using AsyncClientStreamingCall<HelloRequest, HelloReply> greetings = greeter.LotsOfGreetings(cancellationToken: Cancel);
        await greetings.RequestStream.WriteAsync(new HelloRequest { Name = "one" }, Cancel).InTime();
        using AsyncDuplexStreamingCall<HelloRequest, HelloReply> both = greeter.BidiHello(cancellationToken: Cancel);
        await both.RequestStream.WriteAsync(new HelloRequest { Name = "both" }, Cancel).InTime();
        Assert.True(await both.ResponseStream.MoveNext(Cancel).InTime());
        int calls = service.Log.Length;
        AsyncUnaryCall<HelloReply> slow = greeter.SayHelloAsync(new HelloRequest { Name = "slow", Milliseconds = 3000 }, cancellationToken: Cancel);
        await service.Log.FirstAsync("slow", calls);

        int predecessor = await service.RestartAsync();

        Assert.Equal((StatusCode.Unavailable, Ended), await EndOfAsync(replies.ResponseStream));
        Assert.Equal((StatusCode.Unavailable, "told"), await EndOfAsync(polite.ResponseStream));
        Assert.Equal((StatusCode.Unavailable, Ended), await EndOfAsync(both.ResponseStream));
        RpcException greeted = await Assert.ThrowsAsync<RpcException>(() => greetings.ResponseAsync.InTime());
        Assert.Equal((StatusCode.Unavailable, Ended), (greeted.StatusCode, greeted.Status.Detail));
        Assert.Equal(predecessor, (await slow.ResponseAsync.InTime()).Pid);
        Assert.Equal(0, await service.EndAsync(predecessor));
        Assert.Equal(service.Pid, (await greeter.SayHelloAsync(new HelloRequest { Name = "again" }, cancellationToken: Cancel).ResponseAsync.InTime()).Pid);
    }

    [Fact]
    public async Task Stream_whose_handler_does_not_end_is_ended_all_the_same()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(
            Sample("--GracefulRestart:LongLived:CloseTimeout=300ms", "--GracefulRestart:DrainTimeout=infinite"));
        using GrpcChannel channel = Channel(service);
        using AsyncServerStreamingCall<HelloReply> replies =
            new Greeter.GreeterClient(channel).LotsOfReplies(new HelloRequest { Name = "deaf", Milliseconds = 3_600_000 }, cancellationToken: Cancel);
        Assert.True(await replies.ResponseStream.MoveNext(Cancel).InTime());

        await service.RestartAsync();

        Assert.Equal((StatusCode.Unavailable, Ended), await EndOfAsync(replies.ResponseStream));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // Told and closed at once, so that a test need not wait.
    private static ServiceSetup Sample(params IEnumerable<string> arguments) => new ServiceSetup
    {
        Command = [Path.Combine(TestBuild.UsualOf("Grpc"), "Grpc")],
    }.With(
    [
        "--GracefulRestart:LongLived:Notice=0s", "--GracefulRestart:LongLived:CloseSpread=0s", "--GracefulRestart:IdleGrace=1s", .. arguments,
        "--Logging:Console:FormatterName=simple", "--Logging:Console:FormatterOptions:SingleLine=true", "--Logging:LogLevel:Grpc=Error", "--Logging:LogLevel:Microsoft.AspNetCore=Warning",
    ]);

    private static GrpcChannel Channel(ServiceProcess service)
    {
        ServiceAddress address = ServiceAddress.Parse(service.Log.All(@"Now listening on: (?<address>\S+)")[^1].Groups["address"].Value);
        var handler = new SocketsHttpHandler { KeepAlivePingDelay = TimeSpan.FromSeconds(1) };
        handler.SslOptions.RemoteCertificateValidationCallback = TestCertificate.IsIt;
        return GrpcChannel.ForAddress(address.Uri, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
    }

    // A reset would be another status, or tell of itself.
    private static async Task<(StatusCode Status, string Detail)> EndOfAsync(IAsyncStreamReader<HelloReply> stream)
    {
        RpcException end = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await stream.MoveNext(Cancel).InTime())
            {
            }
        });
        return (end.StatusCode, end.Status.Detail);
    }

    /// <summary>Makes unary calls, and keeps the replies.</summary>
    private sealed class GreeterClient(GrpcChannel channel, ConcurrentBag<HelloReply> replies) : ILoadClient
    {
        private readonly Greeter.GreeterClient _greeter = new(channel);

        public async Task ExchangeAsync() => replies.Add(await _greeter.SayHelloAsync(new HelloRequest { Name = "load" }, cancellationToken: Cancel));

        public void Dispose()
        {
        }
    }
}
