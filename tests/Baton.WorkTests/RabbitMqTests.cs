using System.Globalization;
using Baton.ProcessTests.Service;
using Baton.WorkTests.Servers;

namespace Baton.WorkTests;

/// <summary>A consumer with a real broker: docs/workers-recipes.md.</summary>
public sealed class RabbitMqTests(RabbitBroker broker) : IClassFixture<RabbitBroker>, IDisposable
{
    private const int Messages = 20_000;
    private const int Restarts = 10;
    private const int Share = Messages / (Restarts + 3);

    // As the consumer says it.
    private const int Prefetch = 20;

    private readonly WorkDone _done = new();

    public void Dispose() => _done.Dispose();

    [Fact]
    public async Task Each_message_is_handled_once_through_restarts_a_bad_release_and_a_kill_of_each_process()
    {
        await using Orders orders = await Orders.DeclareAsync(broker);
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup("rabbitmq", orders));
        for (int i = 0; i < Restarts; i++)
        {
            // The last of them is the predecessor of those that fail after they have begun to serve.
            service.SetNextBehaviour(i == Restarts - 1 ? "long-probation" : "");
            await orders.PublishAsync(Share, service.RestartAsync());
        }

        await orders.PublishAsync(Share, TryBadReleaseAsync(service));
        Task<int> killed = KillSuccessorAsync(service);
        await orders.PublishAsync(Share, killed);
        int[] victims = [await killed, await KillPredecessorAsync(service, orders)];
        await orders.PublishAsync(Math.Max(0, Messages - orders.Published), Task.CompletedTask);
        await orders.TakenAsync();
        await service.StopAsync();

        Assert.Equal(0u, await orders.CountAsync());
        Order[] handled = [.. _done.Read().Select(piece => new Order(piece))];
        AssertHandledOnce(orders.Published, handled, victims);
        WorkDone.AssertOneAtATime([.. handled.Select(order => order.Piece)]);
        Report("RabbitMQ, exclusive", handled, victims);
    }

    /// <summary>The old process finishes what it has, while the new one has begun.</summary>
    [Fact]
    public async Task Consumers_that_serve_only_lose_nothing_and_get_nothing_twice()
    {
        await using Orders orders = await Orders.DeclareAsync(broker);
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup("rabbitmq-serving", orders));
        for (int i = 0; i < 2; i++)
        {
            await orders.PublishAsync(Share, service.RestartAsync());
            await orders.PublishAsync(1, _done.WorksAsync(service.Pid));
        }

        await orders.TakenAsync();
        await service.StopAsync();

        Assert.Equal(0u, await orders.CountAsync());
        Order[] handled = [.. _done.Read().Select(piece => new Order(piece))];
        Assert.Equal(Enumerable.Range(0, orders.Published), handled.Select(order => (int)order.Number).Order());
        Assert.DoesNotContain(handled, order => order.IsRedelivered);
        Report("RabbitMQ, serving only", handled, []);
    }

    private ServiceSetup Setup(string work, Orders orders) =>
        _done.Setup(work, "--Broker", broker.Uri.ToString(), "--Queue", orders.Queue);

    /// <summary>Handles messages, then says that it is unhealthy.</summary>
    private async Task TryBadReleaseAsync(ServiceProcess service)
    {
        Latch unhealthy = service.NewLatch();
        service.SetNextBehaviour(unhealthy.BehaviourOf("unhealthy-at"));
        int after = service.Log.Length;
        int predecessor = await service.RestartAsync();
        await _done.WorksAsync(service.Pid);
        unhealthy.Open();
        await service.RolledBackAsync(after);
        Assert.Equal(predecessor, service.Pid);
        await _done.WorksAsync(predecessor);
    }

    private async Task<int> KillSuccessorAsync(ServiceProcess service)
    {
        service.SetNextBehaviour("");
        int after = service.Log.Length;
        int predecessor = await service.RestartAsync();
        int successor = service.Pid;
        await _done.WorksAsync(successor);
        service.Signal(Libc.SIGKILL);
        await service.RolledBackAsync(after);
        Assert.Equal(predecessor, service.Pid);
        await _done.WorksAsync(predecessor);
        return successor;
    }

    /// <summary>While its successor starts.</summary>
    private async Task<int> KillPredecessorAsync(ServiceProcess service, Orders orders)
    {
        int after = service.Log.Length;
        (Latch latch, _) = await service.BeginRestartAsync();
        Task works = _done.WorksAsync(service.Pid);
        await orders.PublishAsync(Share / 2, Task.CompletedTask);
        await works;
        service.Signal(Libc.SIGKILL);
        latch.Open();
        int predecessor = await service.RestartedAsync(after);
        await orders.PublishAsync(Share / 2, _done.WorksAsync(service.Pid));
        return predecessor;
    }

    private static void AssertHandledOnce(int published, Order[] handled, int[] victims)
    {
        Assert.Empty(Enumerable.Range(0, published).Except(handled.Select(order => (int)order.Number)));
        foreach (IGrouping<long, Order> twice in handled.GroupBy(order => order.Number).Where(group => group.Count() > 1))
        {
            // Its acknowledgement died with the process, and the broker says that it gives the message again.
            Order[] times = [.. twice];
            Assert.All(times[..^1], order => Assert.Contains(order.Piece.Pid, victims));
            Assert.All(times[1..], order => Assert.True(order.IsRedelivered, order.ToString()));
        }

        Assert.InRange(handled.Count(order => order.IsRedelivered), 0, Prefetch * victims.Length);
        long[] numbers = [.. handled.Where(order => !order.IsRedelivered).Select(order => order.Number)];
        Assert.Equal(numbers.Order(), numbers);
    }

    // For people: nothing here may be asserted, as it depends on how busy the machine is.
    private static void Report(string what, Order[] handled, int[] victims)
    {
        int processes = handled.DistinctBy(order => order.Piece.Pid).Count();
        int redelivered = handled.Count(order => order.IsRedelivered);
        int twice = handled.GroupBy(order => order.Number).Count(group => group.Count() > 1);
        double asked = LongestGap(handled, pid => !victims.Contains(pid));
        double killed = LongestGap(handled, victims.Contains);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: {handled.Length} messages by {processes} processes, {redelivered} redelivered, {twice} handled twice. "
            + $"Longest gap while a message waited: {asked:0} ms, after a SIGKILL {killed:0} ms."));
    }

    private static double LongestGap(Order[] handled, Func<int, bool> after) =>
        handled.Zip(handled.Skip(1))
            .Where(pair => after(pair.First.Piece.Pid))
            .Select(pair => pair.Second.WaitedSince(pair.First))
            .DefaultIfEmpty()
            .Max();

    /// <summary>A message that was handled.</summary>
    private sealed record Order(Piece Piece)
    {
        internal long Number => Piece.Numbers[0];

        internal bool IsRedelivered => Piece.Numbers[2] == 1;

        private long PublishedAt => Piece.Numbers[1];

        /// <summary>How long it was there and nobody handled it, after the one before was.</summary>
        internal double WaitedSince(Order before) => WorkDone.Milliseconds(Math.Max(before.Piece.Time, PublishedAt), Piece.Time);
    }
}
