using Baton.Control;
using Baton.Tests.Support;

namespace Baton.Tests.Control;

/// <summary>A conversation with one who waits without a thread.</summary>
public class ControlExchangeTests
{
    [Fact]
    public async Task Exchange_OfARefusedRestart_HasItsEnd()
    {
        var fixture = new ConversationFixture(LifecycleFixture.Restarting(out _));
        using ControlExchange exchange = fixture.NewExchange(new ControlRequest(ControlCommand.Restart));
        Task<string> said = SaidAsync(exchange, TestContext.Current.CancellationToken);
        fixture.Process.Do(() => { });
        Assert.Equal("end InProgress", await said.Soon());
        Assert.False(exchange.Finishing.IsCancellationRequested);
    }

    [Fact]
    public async Task Exchange_OfAShutdown_HearsTheEndOfTheProcessByItself()
    {
        var fixture = new ConversationFixture(LifecycleFixture.Serving());
        using ControlExchange exchange = fixture.NewExchange(new ControlRequest(ControlCommand.Shutdown));
        Task<string> said = SaidAsync(exchange, TestContext.Current.CancellationToken);
        fixture.Process.Do(() => { });
        fixture.Process.Effects.WorkEnds();
        fixture.Process.Do(() => { });
        Assert.Equal("accepted, Serving->ShuttingDown, ShuttingDown->Exited, outcome good, end", string.Join(", ", (await said.Soon()).Split(", ").Where(w => w != "drain")));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Delay(Timeout.Infinite, exchange.Finishing).Soon());
    }

    [Fact]
    public async Task Exchange_BegunAfterTheEnd_EndsAtOnce()
    {
        var fixture = new ConversationFixture(LifecycleFixture.ShuttingDown());
        fixture.Process.Effects.WorkEnds();
        fixture.Process.Do(() => { });
        Assert.Equal(ProcessState.Exited, fixture.Process.Lifecycle.State);

        using ControlExchange exchange = fixture.NewExchange(new ControlRequest(ControlCommand.Restart));
        Task<string> said = SaidAsync(exchange, TestContext.Current.CancellationToken);
        fixture.Process.Do(() => { });
        Assert.Equal("end Stopping", await said.Soon());
    }

    [Fact]
    public async Task Exchange_Cancelled_LeavesTheOperationAlone()
    {
        var fixture = new ConversationFixture(LifecycleFixture.Serving());
        using var gone = new CancellationTokenSource();
        using (ControlExchange exchange = fixture.NewExchange(new ControlRequest(ControlCommand.Restart)))
        {
            Task<string> said = SaidAsync(exchange, gone.Token);
            fixture.Process.Do(() => { });
            await gone.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(said.Soon);
        }

        Assert.Equal(ProcessState.Restarting, fixture.Process.Lifecycle.State);
        Assert.False(fixture.Process.Context.Feed.WantsReports);
    }

    private static async Task<string> SaidAsync(ControlExchange exchange, CancellationToken cancellationToken)
    {
        var words = new List<string>();
        await foreach (ControlAnswer answer in exchange.AnswersAsync(cancellationToken))
        {
            words.Add(ConversationFixture.Words(answer));
        }

        return string.Join(", ", words);
    }
}
