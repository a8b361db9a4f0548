using System.Buffers;
using System.Text;
using System.Text.Json;
using Baton.AspNetCore.Admin.Page;
using Baton.Control;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Baton.AspNetCore.Admin;

/// <summary>
/// Sends the answers of a conversation as server-sent events. Drops a client that does not read: at the limit, and when this
/// process
/// ends at once.
/// </summary>
/// <param name="context">The request.</param>
/// <param name="exchange">The conversation.</param>
/// <param name="withHtml">Whether to send the changed parts of the page with each status.</param>
internal sealed class EventStream(HttpContext context, ControlExchange exchange, bool withHtml)
{
    private readonly Dictionary<string, string> _shown = [];

    /// <summary>Writes until the conversation or the connection ends.</summary>
    /// <exception cref="TimeoutException">The client has not read for the limit.</exception>
    internal async Task WriteAsync(TimeSpan limit, TimeProvider time)
    {
        context.Response.ContentType = "text/event-stream";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();

        // nginx would buffer the events.
        context.Response.Headers["X-Accel-Buffering"] = "no";
        context.Response.BodyWriter.Write("retry: 500\n\n"u8);
        await foreach (ControlAnswer answer in exchange.AnswersAsync(context.RequestAborted).ConfigureAwait(false))
        {
            if (answer is ControlAnswer.End)
            {
                return;
            }

            Write(answer, time.GetUtcNow());
            Task flushed = context.Response.BodyWriter.FlushAsync(context.RequestAborted).AsTask();

            // When this process ends, a client that still has unread events is not waited for. The last events get the time that
            // is left.
            CancellationToken ended = exchange.Finishing.IsCancellationRequested ? context.RequestAborted : exchange.Finishing;
            await flushed.WaitAsync(limit, time, ended).ConfigureAwait(false);
        }
    }

    private void Write(ControlAnswer answer, DateTimeOffset now)
    {
        Write(ControlCodec.KindOf(answer), ControlCodec.Encode(answer).AsSpan().TrimEnd((byte)'\n'));
        if (withHtml && answer is ControlAnswer.Status { Value: var status } && Changed(status, now) is { Count: > 0 } changed)
        {
            Write("view", View(changed));
        }
    }

    private void Write(string name, ReadOnlySpan<byte> data)
    {
        IBufferWriter<byte> body = context.Response.BodyWriter;
        body.Write(Encoding.ASCII.GetBytes($"event: {name}\ndata: "));
        body.Write(data);
        body.Write("\n\n"u8);
    }

    // The sections that changed since this client got them.
    private Dictionary<string, string> Changed(RestartStatus status, DateTimeOffset now)
    {
        var changed = AdminSections.Render(status, now).Where(s => _shown.GetValueOrDefault(s.Key) != s.Value).ToDictionary();
        foreach ((string id, string html) in changed)
        {
            _shown[id] = html;
        }

        return changed;
    }

    private static ReadOnlySpan<byte> View(Dictionary<string, string> sections)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(bytes);
        json.WriteStartObject();
        json.WriteStartObject("html");
        foreach ((string id, string html) in sections)
        {
            json.WriteString(id, html);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return bytes.WrittenSpan;
    }
}
