using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.ExceptionServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Baton.AspNetCore.Affinity;

/// <summary>Copies one request to an older process and its answer back, both while they arrive.</summary>
internal static class ForwardedRequest
{
    private const int BufferBytes = 16 * 1024;

    // RFC 9110, section 7.6.1, and what HTTP/2 has none of. A WebSocket's key is for one connection.
    private static readonly HashSet<string> s_ofConnection = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "HTTP2-Settings", "Host",
        "Sec-WebSocket-Key", "Sec-WebSocket-Accept", ForwardedOrigin.Header,
    };

    /// <summary>A request over the private connection.</summary>
    internal static HttpRequestMessage New(HttpMethod method, string target) => new(method, ToUri(target))
    {
        Version = HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    /// <summary>Whether a request has a form that can be forwarded: any but that for a proxy, and other upgrades.</summary>
    internal static bool IsPossible(HttpContext context) =>
        context.Features.Get<IHttpRequestFeature>() is { RawTarget: ['/', ..] }
        && (context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } || ForwardedWebSocket.IsIn(context))
        && (context.Features.Get<IHttpExtendedConnectFeature>() is not { IsExtendedConnect: true }
            || ForwardedWebSocket.IsIn(context));

    /// <returns>False if nothing was done with it.</returns>
    internal static async Task<bool> TryForwardAsync(HttpContext context, HttpMessageInvoker client)
    {
        bool isWebSocket = ForwardedWebSocket.IsIn(context);
        ForwardedBody? body = !isWebSocket && context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true }
            ? new ForwardedBody(context.Request)
            : null;
        using HttpRequestMessage request = Copy(context, isWebSocket, body);
        try
        {
            using HttpResponseMessage response = await client.SendAsync(request, context.RequestAborted).ConfigureAwait(false);
            await (isWebSocket && response.StatusCode == HttpStatusCode.OK
                ? ForwardedWebSocket.RunAsync(context, response)
                : AnswerAsync(context, response)).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone.
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            // A connection that ends while the body is sent shows as a cancelled send.
            return Fail(context, body);
        }
        finally
        {
            await (body?.EndAsync() ?? Task.CompletedTask).ConfigureAwait(false);
        }
    }

    /// <summary>Copies bytes as they come.</summary>
    internal static async Task CopyAsync(Stream from, Stream to, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (await from.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and int read)
            {
                await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                await to.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Copies the head of the answer.</summary>
    internal static void CopyHead(HttpResponseMessage from, HttpResponse to)
    {
        foreach ((string name, HeaderStringValues values) in from.Headers.NonValidated.Concat(from.Content.Headers.NonValidated))
        {
            if (!s_ofConnection.Contains(name))
            {
                to.Headers[name] = new StringValues([.. values]);
            }
        }
    }

    // The older process is gone, or has cut the answer.
    private static bool Fail(HttpContext context, ForwardedBody? body)
    {
        if (body?.Fault is { } fault)
        {
            ExceptionDispatchInfo.Throw(fault);
        }

        if (context.Response.HasStarted)
        {
            context.Abort();
            return true;
        }

        if (body?.IsTouched == true)
        {
            context.Response.StatusCode = StatusCodes.Status502BadGateway;
            return true;
        }

        return false;
    }

    private static HttpRequestMessage Copy(HttpContext context, bool isWebSocket, ForwardedBody? body)
    {
        HttpRequestMessage request = New(
            isWebSocket ? HttpMethod.Connect : new HttpMethod(context.Request.Method),
            context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        request.Content = body;
        if (isWebSocket)
        {
            request.Headers.Protocol = "websocket";
        }

        string[] named = context.Request.Headers.Connection.Count == 0 ? [] : NamedBy(context.Request.Headers.Connection);
        foreach ((string name, StringValues values) in context.Request.Headers)
        {
            if (name.StartsWith(':') || s_ofConnection.Contains(name) || AffinityKey.IsOurs(name)
                || named.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                continue;
            }

            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
            {
                body?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }

        request.Headers.Host = context.Request.Host.HasValue ? context.Request.Host.Value : null;
        request.Headers.TryAddWithoutValidation(ForwardedOrigin.Header, ForwardedOrigin.Of(context));
        return request;
    }

    private static string[] NamedBy(StringValues connection) =>
        connection.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static async Task AnswerAsync(HttpContext context, HttpResponseMessage response)
    {
        context.Response.StatusCode = (int)response.StatusCode;
        CopyHead(response, context.Response);
        Stream body = await response.Content.ReadAsStreamAsync(context.RequestAborted).ConfigureAwait(false);

        // At once: a stream of events may have its first one much later.
        await context.Response.StartAsync(context.RequestAborted).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        await CopyAsync(body, context.Response.Body, context.RequestAborted).ConfigureAwait(false);
    }

    // As the client wrote it.
    private static Uri ToUri(string target) =>
        new("http://older" + target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
}
