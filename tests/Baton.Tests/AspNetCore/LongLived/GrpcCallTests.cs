using Baton.AspNetCore;
using Baton.AspNetCore.LongLived;
using Baton.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Baton.Tests.AspNetCore.LongLived;

/// <summary>How a gRPC call ends, and which.</summary>
public sealed class GrpcCallTests
{
    private readonly Answer _answer = new();
    private readonly DefaultHttpContext _context = new();
    private readonly LongLivedRequests _requests = new(new GracefulRestartOptions(), new RecordingLogger(_ => { }), _ => { });

    public GrpcCallTests()
    {
        _context.Request.Protocol = HttpProtocol.Http2;
        _context.Request.ContentType = "application/grpc";
        _context.Features.Set<IHttpResponseFeature>(_answer);
        _context.Features.Set<IHttpResponseBodyFeature>(_answer);
        _context.Features.Set<IHttpResponseTrailersFeature>(_answer);
        _context.Features.Set<IHttpResetFeature>(_answer);
        _context.Features.Set<IHttpRequestLifetimeFeature>(_answer);
    }

    [Theory]
    [InlineData("application/grpc", "HTTP/2", true)]
    [InlineData("application/grpc+proto", "HTTP/2", true)]
    [InlineData("application/grpc;x=y", "HTTP/2", true)]
    [InlineData("application/grpc-web", "HTTP/2", false)]
    [InlineData("application/json", "HTTP/2", false)]
    [InlineData(null, "HTTP/2", false)]
    [InlineData("application/grpc", "HTTP/1.1", false)]
    public void Of_OnlyGrpcOverHttp2_IsOne(string? type, string protocol, bool isOne)
    {
        (_context.Request.ContentType, _context.Request.Protocol) = (type, protocol);
        Assert.Equal(isOne, GrpcCall.Of(_context, _requests) is not null);
    }

    [Fact]
    public void EndsByItself_UnaryCall_HoweverLongItTakes()
    {
        _answer.Start();
        Assert.True(Call(new UnaryServerCallHandler().HandleAsync).EndsByItself);
        Assert.False(Call(new DuplexStreamingServerCallHandler().HandleAsync).EndsByItself);
    }

    // As another implementation of gRPC would have it.
    [Fact]
    public void EndsByItself_MethodOfUnknownKind_UntilItHasAnswered()
    {
        GrpcCall call = Call(_ => Task.CompletedTask);
        Assert.True(call.EndsByItself);
        _answer.Start();
        Assert.False(call.EndsByItself);
    }

    [Theory]
    [InlineData(true, "0", "14")]
    [InlineData(true, "1", "14")]
    [InlineData(true, "2", "14")]
    [InlineData(true, "13", "14")]
    [InlineData(true, null, "14")]
    [InlineData(true, "10", "10")]
    [InlineData(false, "2", "14")]
    [InlineData(false, "0", "14")]
    public async Task Close_HandlerEnds_SaysUnavailableUnlessTheApplicationSaysSomethingElse(bool started, string? says, string status)
    {
        _answer.Start(started);
        IHeaderDictionary place = started ? _answer.Trailers : _answer.Headers;
        GrpcCall call = Call(new DuplexStreamingServerCallHandler().HandleAsync);
        CancellationToken aborted = _context.RequestAborted;
        Task closed = call.CloseAsync(Within(TimeSpan.FromMinutes(1)));
        Assert.True(aborted.IsCancellationRequested);
        Assert.True((await _context.Request.BodyReader.ReadAsync(TestContext.Current.CancellationToken)).IsCanceled);
        place["grpc-status"] = says;
        await EndAsync(call);
        await closed;
        Assert.Equal(status, place["grpc-status"]);
        Assert.Equal((0, 0, 0), (_answer.Completed, _answer.Resets, _answer.Aborted));
    }

    [Fact]
    public async Task Close_ClientThatStreamsGetsAGoodAnswer_IsLeft()
    {
        _answer.Start();
        GrpcCall call = Call(new ClientStreamingServerCallHandler().HandleAsync);
        Task closed = call.CloseAsync(Within(TimeSpan.FromMinutes(1)));
        _answer.Trailers["grpc-status"] = "0";
        await EndAsync(call);
        await closed;
        Assert.Equal("0", _answer.Trailers["grpc-status"]);
    }

    [Fact]
    public async Task Close_HandlerDoesNotEnd_EndsTheAnswerWithoutIt()
    {
        _answer.Start();
        GrpcCall call = Call(new DuplexStreamingServerCallHandler().HandleAsync);
        await call.CloseAsync(Within(TimeSpan.FromMilliseconds(1)));
        Assert.Equal(("14", "why"), ((string?)_answer.Trailers["grpc-status"], (string?)_answer.Trailers["grpc-message"]));
        Assert.Equal((1, 1, 0), (_answer.Completed, _answer.Resets, _answer.Aborted));
        _answer.Trailers["grpc-status"] = "0";
        await EndAsync(call);
        Assert.Equal("0", _answer.Trailers["grpc-status"]);
    }

    [Fact]
    public async Task Close_ClientReadsNothing_IsAborted()
    {
        _answer.Start();
        _answer.Completing = Task.Delay(Timeout.Infinite, TestContext.Current.CancellationToken);
        GrpcCall call = Call(new DuplexStreamingServerCallHandler().HandleAsync);
        await call.CloseAsync(Within(TimeSpan.FromMilliseconds(1)));
        Assert.Equal(1, _answer.Aborted);
    }

    [Fact]
    public async Task Close_HandlerHasEnded_TouchesNothing()
    {
        GrpcCall call = Call(new DuplexStreamingServerCallHandler().HandleAsync);
        await EndAsync(call);
        await call.CloseAsync(Within(TimeSpan.FromMinutes(1)));
        Assert.Empty(_answer.Headers);
        Assert.Empty(_answer.Trailers);
    }

    private static LongLivedClose Within(TimeSpan limit) => new(1012, "why", limit, TimeProvider.System);

    private GrpcCall Call(RequestDelegate handler)
    {
        GrpcCall call = GrpcCall.Of(_context, _requests)!;
        _context.SetEndpoint(new Endpoint(handler, EndpointMetadataCollection.Empty, "test"));
        return call;
    }

    // As the middleware does it.
    private async Task EndAsync(GrpcCall call)
    {
        await call.EndHandlerAsync();
        _requests.Remove(call);
        call.Dispose();
    }

#pragma warning disable CA1822 // methods of instances, as the real ones are
    private sealed class UnaryServerCallHandler
    {
        internal Task HandleAsync(HttpContext context) => Task.CompletedTask;
    }

    private sealed class ClientStreamingServerCallHandler
    {
        internal Task HandleAsync(HttpContext context) => Task.CompletedTask;
    }

    private sealed class DuplexStreamingServerCallHandler
    {
        internal Task HandleAsync(HttpContext context) => Task.CompletedTask;
    }
#pragma warning restore CA1822

    private sealed class Answer : HttpResponseFeature, IHttpResponseBodyFeature, IHttpResponseTrailersFeature, IHttpResetFeature, IHttpRequestLifetimeFeature
    {
        private bool _started;

        public override bool HasStarted => _started;

        internal void Start(bool started = true) => _started = started;

        internal int Completed { get; private set; }

        internal int Resets { get; private set; }

        internal int Aborted { get; private set; }

        internal Task Completing { get; set; } = Task.CompletedTask;

        public Stream Stream => Stream.Null;

        public System.IO.Pipelines.PipeWriter Writer => throw new NotSupportedException();

        public IHeaderDictionary Trailers { get; set; } = new HeaderDictionary();

        public CancellationToken RequestAborted { get; set; }

        public void DisableBuffering()
        {
        }

        public Task StartAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task CompleteAsync()
        {
            Completed++;
            return Completing;
        }

        public void Reset(int errorCode)
        {
            Assert.Equal(0, errorCode);
            Resets++;
        }

        public void Abort() => Aborted++;
    }
}
