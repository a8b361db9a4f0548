using System.IO.Pipelines;
using Baton.AspNetCore.Admin;
using Baton.Control;
using Baton.Tests.Control;
using Baton.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Baton.Tests.AspNetCore.Admin;

/// <summary>S6: one who follows the events and does not read.</summary>
public class EventStreamTests
{
    // Less than the first event.
    private const int Capacity = 64;

    private readonly ConversationFixture _fixture = new(LifecycleFixture.Serving());
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: Capacity, resumeWriterThreshold: Capacity / 2));

    [Fact]
    public async Task Client_ThatDoesNotRead_IsDroppedAtTheLimit()
    {
        using ControlExchange exchange = _fixture.NewEvents();
        await Assert.ThrowsAsync<TimeoutException>(() => WriteAsync(exchange, TimeSpan.FromMilliseconds(1)).Soon());
    }

    [Fact]
    public async Task Client_ThatDoesNotRead_IsNotWaitedForAtTheEndOfTheProcess()
    {
        using ControlExchange exchange = _fixture.NewEvents();
        Task written = WriteAsync(exchange, Timeout.InfiniteTimeSpan);
        _fixture.Process.Do(() => { });
        Assert.False(written.IsCompleted);
        _fixture.Process.Shutdown();
        _fixture.Process.Effects.WorkEnds();
        _fixture.Process.Do(() => { });
        Assert.Equal(ProcessState.Exited, _fixture.Process.Lifecycle.State);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(written.Soon);
    }

    [Fact]
    public async Task Client_ThatReads_GetsTheLastEventsOfTheProcess()
    {
        using ControlExchange exchange = _fixture.NewEvents();
        Task written = WriteAsync(exchange, Timeout.InfiniteTimeSpan);
        using var reader = new StreamReader(_pipe.Reader.AsStream());
        Task<string> read = reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        _fixture.Process.Do(() => { });
        _fixture.Process.Shutdown();
        _fixture.Process.Effects.WorkEnds();
        _fixture.Process.Do(() => { });
        await written.Soon();
        await _pipe.Writer.CompleteAsync();
        Assert.Contains("\"state\":\"Exited\"}\n\n", await read.Soon(), StringComparison.Ordinal);
    }

    private Task WriteAsync(ControlExchange exchange, TimeSpan limit)
    {
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpResponseBodyFeature>(new PipeBody(_pipe.Writer));
        return new EventStream(context, exchange, withHtml: true).WriteAsync(limit, TimeProvider.System);
    }

    private sealed class PipeBody(PipeWriter writer) : IHttpResponseBodyFeature
    {
        public Stream Stream => writer.AsStream();

        public PipeWriter Writer => writer;

        public Task CompleteAsync() => Task.CompletedTask;

        public void DisableBuffering()
        {
        }

        public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
