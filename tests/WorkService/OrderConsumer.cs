using System.Globalization;
using System.Text;
using Baton.Hosting;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace WorkService;

/// <summary>
/// The connection of this process, made when it starts: a release that can't reach the broker is found out before it takes over,
/// and a consumer that starts has it already.
/// </summary>
internal sealed class Broker(IConfiguration configuration) : IHostedService
{
    private IConnection? _connection;

    internal IConnection Connection => _connection ?? throw new InvalidOperationException("Not started.");

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory { Uri = new Uri(configuration["Broker"]!) };
        _connection = await factory.CreateConnectionAsync(cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_connection is not null)
        {
            await _connection.CloseAsync(cancellationToken);
            await _connection.DisposeAsync();
        }
    }
}

/// <summary>Handles the messages of a queue, one after the other.</summary>
internal sealed class OrderConsumer(Broker broker, IConfiguration configuration, WorkLog log, ServingLifetime serving)
    : IHostedService
{
    private readonly TaskCompletionSource _lastIsHandled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IChannel? _channel;
    private string? _tag;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _channel = await broker.Connection.CreateChannelAsync(cancellationToken: cancellationToken);

        // What the broker gives in advance is what it gives again when this process is killed.
        await _channel.BasicQosAsync(prefetchSize: 0, prefetchCount: 20, global: false, cancellationToken);
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += HandleAsync;
        consumer.UnregisteredAsync += (_, _) =>
        {
            // The client calls this behind the handlers of all messages that it has got.
            _lastIsHandled.TrySetResult();
            return Task.CompletedTask;
        };
        _tag = await _channel.BasicConsumeAsync(configuration["Queue"]!, autoAck: false, consumer, cancellationToken);
    }

    /// <summary>Takes no more messages: those that are here are handled and acknowledged, others may have the rest.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_tag is not null)
        {
            await _channel!.BasicCancelAsync(_tag, cancellationToken: cancellationToken);
            await _lastIsHandled.Task.WaitAsync(cancellationToken);
        }

        if (_channel is not null)
        {
            await _channel.CloseAsync(cancellationToken);
            await _channel.DisposeAsync();
        }
    }

    private async Task HandleAsync(object sender, BasicDeliverEventArgs message)
    {
        string words = Encoding.ASCII.GetString(message.Body.Span);
        log.Write(string.Create(CultureInfo.InvariantCulture, $"{words} {(message.Redelivered ? 1 : 0)} {serving.Term}"));
        await _channel!.BasicAckAsync(message.DeliveryTag, multiple: false);
    }
}
