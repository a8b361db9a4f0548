// A service that can be restarted under load: start it, send it SIGUSR2, and no client notices.
using System.Net.WebSockets;
using System.Reflection;
using System.Text;
using Baton.AspNetCore;

var builder = WebApplication.CreateBuilder(args);
builder.UseGracefulRestart();
var app = builder.Build();

string pid = Environment.ProcessId.ToString();
string version = Assembly.GetExecutingAssembly().GetName().Version!.ToString(3);

// Every response names the process that gave it.
app.Use((context, next) =>
{
    context.Response.Headers["X-Pid"] = pid;
    return next(context);
});

app.MapGet("/", () => $"Hello {version} from {pid}\n");

app.MapGet("/sleep", async (int ms, CancellationToken aborted) =>
{
    await Task.Delay(ms, aborted);
    return $"slept {ms} ms in {pid}\n";
});

app.MapGet("/big", async (long bytes, HttpResponse response, CancellationToken aborted) =>
{
    response.ContentType = "application/octet-stream";
    response.ContentLength = bytes;
    byte[] chunk = new byte[64 * 1024];
    for (long left = bytes; left > 0; left -= chunk.Length)
    {
        await response.Body.WriteAsync(chunk.AsMemory(0, (int)Math.Min(left, chunk.Length)), aborted);
    }
});

app.MapPost("/echo", (HttpRequest request, HttpResponse response) =>
{
    response.ContentType = request.ContentType;
    response.ContentLength = request.ContentLength;
    return request.Body.CopyToAsync(response.Body, request.HttpContext.RequestAborted);
});

// Echoes each text with the pid in front. At a restart Baton sends the close frame, and the loop sees the client's answer to it.
app.UseWebSockets();
app.Map("/ws", async (HttpContext context) =>
{
    using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
    byte[] buffer = new byte[1024];
    while (await socket.ReceiveAsync(buffer, context.RequestAborted) is { MessageType: not WebSocketMessageType.Close } received)
    {
        byte[] answer = [.. Encoding.UTF8.GetBytes($"{pid} "), .. buffer.AsSpan(0, received.Count)];
        await socket.SendAsync(answer, received.MessageType, received.EndOfMessage, context.RequestAborted);
    }

    await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
});

// A page and an API to see and restart this service, from this machine: /debug/admin.
app.MapRestartAdmin();

app.Run();
