using System.Diagnostics;
using System.Globalization;
using System.Text;
using Baton.ProcessTests.Service;
using Baton.WorkTests.Servers;
using RabbitMQ.Client;

namespace Baton.WorkTests;

/// <summary>The queue of WorkService, and who publishes to it: messages with a number and the time of their publishing.</summary>
internal sealed class Orders : IAsyncDisposable
{
    private const int AtATime = 4;

    private readonly IConnection _connection;
    private readonly IChannel _channel;

    private Orders(IConnection connection, IChannel channel, string queue) =>
        (_connection, _channel, Queue) = (connection, channel, queue);

    internal string Queue { get; }

    /// <summary>How many there are.</summary>
    internal int Published { get; private set; }

    internal static async Task<Orders> DeclareAsync(RabbitBroker broker)
    {
        IConnection connection = await broker.ConnectAsync();
        IChannel channel = await connection.CreateChannelAsync();
        QueueDeclareOk queue = await channel.QueueDeclareAsync(durable: false, exclusive: false, autoDelete: false);
        return new Orders(connection, channel, queue.QueueName);
    }

    /// <summary>
    /// Publishes so many: one in a millisecond until that has ended, then as fast as it can. Where that takes longer there are
    /// more of them, so that there is always work.
    /// </summary>
    internal async Task PublishAsync(int count, Task during)
    {
        for (int i = 0; i < count || !during.IsCompleted; i++)
        {
            string words = string.Create(CultureInfo.InvariantCulture, $"{Published} {Stopwatch.GetTimestamp()}");
            await _channel.BasicPublishAsync(exchange: "", Queue, Encoding.ASCII.GetBytes(words));
            Published++;
            if (!during.IsCompleted && i % AtATime == 0)
            {
                await Task.Delay(i < count ? AtATime : AtATime * 10);
            }
        }

        await during;
    }

    /// <summary>Waits until a consumer has got the last one.</summary>
    internal Task TakenAsync() => Deadline.UntilAsync(async () => await CountAsync() == 0, "the queue to be empty");

    internal async Task<uint> CountAsync() => (await _channel.QueueDeclarePassiveAsync(Queue)).MessageCount;

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
