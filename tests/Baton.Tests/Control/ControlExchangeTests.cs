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

    // The control loop comes to what was asked only after the client has gone, a thousand times.
    [Theory]
    [InlineData(nameof(ControlCommand.Status))]
    [InlineData(nameof(ControlCommand.Watch))]
    [InlineData(nameof(ControlCommand.Restart))]
    [InlineData(nameof(ControlCommand.Shutdown))]
    [InlineData(nameof(ControlCommand.Force))]
    [InlineData(nameof(ControlCommand.Check))]
    [InlineData("Events")]
    public void Client_ThatAsksAndLeaves_LeavesNoSubscription(string asked)
    {
        var fixture = new ConversationFixture(asked == nameof(ControlCommand.Shutdown) ? LifecycleFixture.Serving() : LifecycleFixture.ShuttingDown());
        int before = fixture.Process.Context.Feed.Subscribers;
        for (int i = 0; i < 1000; i++)
        {
            if (asked == "Events")
            {
                fixture.FollowAndLeave();
            }
            else
            {
                fixture.AskAndLeave(new ControlRequest(Enum.Parse<ControlCommand>(asked)));
            }
        }

        fixture.Process.Do(() => { });
        Assert.Equal(before, fixture.Process.Context.Feed.Subscribers);
        Assert.False(fixture.Process.Context.Feed.WantsReports);

        // What the client asked for is done all the same.
        Assert.Equal(asked == nameof(ControlCommand.Force) ? ProcessState.Exited : ProcessState.ShuttingDown, fixture.Process.Lifecycle.State);
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
