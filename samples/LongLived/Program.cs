// What lives long: a WebSocket, a stream of events and a SignalR hub, none of which a restart breaks.
using System.Net.ServerSentEvents;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text;
using Baton.AspNetCore;
using Microsoft.AspNetCore.SignalR;

var builder = WebApplication.CreateBuilder(args);
builder.UseGracefulRestart();
builder.Services.AddSignalR();
var app = builder.Build();
app.UseWebSockets();

// A page that uses both for as long as it is open: a WebSocket has to be opened anew when it closes, an EventSource comes back.
app.MapGet("/", () => Results.Content(
    """
    <!doctype html><title>Long-lived</title>
    <p>WebSocket: <output id="ws"></output></p>
    <p>Events: <output id="events"></output></p>
    <script>
      const closes = [];
      const show = (id, text) => document.getElementById(id).textContent = text;
      function connect() {
        const socket = new WebSocket(`ws://${location.host}/ws`);
        socket.onopen = () => socket.send('hello');
        socket.onmessage = e => show('ws', e.data);
        socket.onclose = e => { closes.push(e.code); setTimeout(connect, 100); };
      }
      connect();
      new EventSource('/events').onmessage = e => show('events', e.data);
    </script>
    """,
    "text/html"));

// Echoes each text with the pid in front. When this process is to finish, Baton sends the close frame, and the loop sees the
// client's answer to it.
app.Map("/ws", async (HttpContext context) =>
{
    if (!context.WebSockets.IsWebSocketRequest)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return;
    }

    using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
    byte[] buffer = new byte[4096];
    byte[] pid = Encoding.UTF8.GetBytes($"{Environment.ProcessId} ");
    while (await socket.ReceiveAsync(buffer, context.RequestAborted) is { MessageType: not WebSocketMessageType.Close } received)
    {
        byte[] answer = [.. pid, .. buffer.AsSpan(0, received.Count)];
        await socket.SendAsync(answer, received.MessageType, received.EndOfMessage, context.RequestAborted);
    }

    await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
});

// The pid and a number, each 100 ms. Ends with the request, which Baton ends between two events.
app.MapGet("/events", (CancellationToken aborted) => TypedResults.ServerSentEvents(Ticks(aborted)));
app.MapHub<EchoHub>("/hub", hub => hub.AllowStatefulReconnects = true);
app.MapRestartAdmin();
app.Run();

static async IAsyncEnumerable<SseItem<string>> Ticks([EnumeratorCancellation] CancellationToken aborted)
{
    for (int i = 0; ; i++)
    {
        yield return new SseItem<string>($"{Environment.ProcessId} {i}");
        try
        {
            await Task.Delay(100, aborted);
        }
        catch (OperationCanceledException)
        {
            yield break;
        }
    }
}

internal sealed class EchoHub : Hub
{
    private readonly int _pid = Environment.ProcessId;

    public string Echo(string text) => $"{_pid} {text}";

    /// <summary>Answers after a while: a call that is under way when the process is to finish is answered first.</summary>
    public async Task<string> EchoLater(string text, int milliseconds)
    {
        await Clients.Caller.SendAsync("Begun", text);
        await Task.Delay(milliseconds);
        return Echo(text);
    }

    public async IAsyncEnumerable<string> Count(int milliseconds, [EnumeratorCancellation] CancellationToken aborted)
    {
        for (int i = 0; ; i++)
        {
            yield return $"{_pid} {i}";
            await Task.Delay(milliseconds, aborted);
        }
    }
}
