using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using RestartLoad.Load;
using RestartLoad.Measuring;
using RestartLoad.Wire;

namespace RestartLoad.Modes;

/// <summary>
/// A WebSocket on /ws, kept for as long as the service keeps it: sends a text and expects its echo, with the pid in front. As a
/// page would, it connects anew when it gets the close frame of a restart, and asks again. Any other end is a failure.
/// </summary>
internal sealed class WebSocketRequester(Target target) : IRequester
{
    private const int ServiceRestart = 1012;
    private const string Text = "hello";

    private Conversation? _conversation;

    public async Task<int?> RequestAsync(CancellationToken cancellation)
    {
        while (true)
        {
            _conversation ??= await Conversation.OpenAsync(target, cancellation);
            if (await _conversation.AskAsync(cancellation) is { } pid)
            {
                return pid;
            }

            await DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_conversation is { } conversation)
        {
            _conversation = null;
            await conversation.DisposeAsync();
        }
    }

    /// <summary>One connection. It is read all the time, so that a close is answered while nothing is asked.</summary>
    private sealed class Conversation : IAsyncDisposable
    {
        private readonly ClientWebSocket _socket = new();
        private readonly CancellationTokenSource _over = new();
        private readonly SemaphoreSlim _arrived = new(0);
        private Task _reading = Task.CompletedTask;
        private volatile string? _last;

        internal static async Task<Conversation> OpenAsync(Target target, CancellationToken cancellation)
        {
            var conversation = new Conversation();
            try
            {
                await conversation._socket.ConnectAsync(new Uri($"ws://{target.Authority}/ws"), cancellation);
            }
            catch (WebSocketException e)
            {
                throw new RequestFailedException(Outcome.ConnectFailed, e.Message, inner: e);
            }

            conversation._reading = conversation.ReadAsync();
            return conversation;
        }

        /// <returns>The pid of the answer; null if the connection was closed for a restart.</returns>
        internal async Task<int?> AskAsync(CancellationToken cancellation)
        {
            _last = null;
            try
            {
                await _socket.SendAsync(Encoding.UTF8.GetBytes(Text), WebSocketMessageType.Text, endOfMessage: true, cancellation);
            }
            catch (Exception e) when (e is WebSocketException or InvalidOperationException)
            {
                // The reader knows why.
            }

            Task arrived = _arrived.WaitAsync(cancellation);
            if (await Task.WhenAny(arrived, _reading) == _reading)
            {
                await _reading;
            }
            else
            {
                await arrived;
            }

            return _last is { } answer ? PidOf(answer) : null;
        }

        public async ValueTask DisposeAsync()
        {
            await _over.CancelAsync();
            await Task.WhenAny(_reading);
            _socket.Dispose();
            _arrived.Dispose();
            _over.Dispose();
        }

        private static int PidOf(string answer) => answer.Split(' ') is [var pid, Text]
            ? int.Parse(pid, CultureInfo.InvariantCulture)
            : throw new RequestFailedException(Outcome.WrongBody, $"the echo was '{answer}'");

        private async Task ReadAsync()
        {
            byte[] buffer = new byte[256];
            try
            {
                while (await _socket.ReceiveAsync(buffer, _over.Token) is { MessageType: WebSocketMessageType.Text } received)
                {
                    _last = Encoding.UTF8.GetString(buffer, 0, received.Count);
                    _arrived.Release();
                }

                await _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, _over.Token);
            }
            catch (WebSocketException e)
            {
                throw new RequestFailedException(Outcome.CutStream, $"the WebSocket was cut: {e.Message}", inner: e);
            }

            if ((int?)_socket.CloseStatus != ServiceRestart)
            {
                throw new RequestFailedException(Outcome.CutStream, $"the WebSocket was closed with {_socket.CloseStatus}");
            }
        }
    }
}
