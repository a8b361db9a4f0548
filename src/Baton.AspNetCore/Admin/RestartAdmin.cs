using System.Text;
using Baton.AspNetCore.Admin.Page;
using Baton.Control;
using Baton.Interop;
using Baton.Lifecycle;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Logging;

namespace Baton.AspNetCore.Admin;

/// <summary>
/// What the admin endpoints do once a request is allowed. Their requests are observers: no drain waits for them. When this
/// process ends
/// they get their last answer within a limited time.
/// </summary>
internal sealed class RestartAdmin : IDisposable
{
    private readonly ControlService _service;
    private readonly OpenConnections _connections;
    private readonly RestartAdminOptions _options;
    private readonly ILogger _logger;
    private readonly StreamPlaces _places;

    public RestartAdmin(Restarter restarter, OpenConnections connections, GracefulRestartOptions options, AsideLoggers loggers)
    {
        (_service, _connections, _options) = (restarter.Parts.Operations, connections, options.Admin);
        _logger = loggers.CreateLogger("Baton.AspNetCore.Admin");
        _places = new StreamPlaces(_options.MaxStreams);
        Rules = new AdminRules(options.Admin, Platform.HandoverSupported ? Libc.geteuid() : null);
        _service.Context.Feed.Subscribe(Handle, reports: false);
    }

    internal AdminRules Rules { get; }

    internal ILogger Logger => _logger;

    public void Dispose() => _service.Context.Feed.Unsubscribe(Handle);

    internal async Task ShowPageAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        string address = UriHelper.BuildAbsolute(request.Scheme, request.Host, request.PathBase, request.Path);
        RestarterOptions options = _service.Options;
        byte[] page = Encoding.UTF8.GetBytes(AdminPage.Render(
            _service.Status(), options.TimeProvider.GetUtcNow(), address, options.AllowedProgramDirectories));
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.ContentLength = page.Length;
        await context.Response.Body.WriteAsync(page, context.RequestAborted).ConfigureAwait(false);
    }

    internal Task ShowStatusAsync(HttpContext context) => AdminAnswers.WriteAsync(context, _service.Status());

    internal static Task ShowAssetAsync(HttpContext context, AdminAsset asset)
    {
        context.Response.ContentType = asset.ContentType;
        context.Response.ContentLength = asset.Content.Length;
        return context.Response.Body.WriteAsync(asset.Content, context.RequestAborted).AsTask();
    }

    internal async Task StreamEventsAsync(HttpContext context)
    {
        string user = AdminCaller.UserOf(context);
        if (!_places.TryTake(user))
        {
            await AdminAnswers.WriteAsync(context, AdminProblem.Busy(_options.MaxStreams)).ConfigureAwait(false);
            return;
        }

        RestartTrigger who = AdminCaller.Trigger(context);
        try
        {
            using var exchange = new ControlExchange(_service, answers => new EventsConversation(_service, who, answers));
            await new EventStream(context, exchange, context.Request.Query["view"] == "html")
                .WriteAsync(_options.Timeout, _service.Options.TimeProvider)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // The client has left, or does not read. Only its own connection ends.
            if (!context.RequestAborted.IsCancellationRequested)
            {
                _logger.AdminDropped(
                    who.Description,
                    e is TimeoutException
                        ? $"it has not read for {_options.Timeout.TotalSeconds:0.###} s"
                        : "it does not read, and this process ends");
                context.Abort();
            }
        }
        finally
        {
            _places.GiveBack(user);
        }
    }

    /// <param name="context">The request.</param>
    /// <param name="command">The operation.</param>
    /// <param name="operation">The operation's name in the URL.</param>
    internal async Task OperateAsync(HttpContext context, ControlCommand command, string operation)
    {
        ControlRequest request;
        try
        {
            request = await AdminParameters.ReadAsync(context, command, _options.Timeout).ConfigureAwait(false);
        }
        catch (BadHttpRequestException e)
        {
            await AdminAnswers.WriteAsync(context, AdminProblem.BadRequest(e.Message, e.StatusCode)).ConfigureAwait(false);
            return;
        }

        RestartTrigger who = AdminCaller.Trigger(context);
        using var exchange = new ControlExchange(_service, answers => ControlConversation.Of(request, _service, who, answers));
        try
        {
            await AnswerAsync(context, exchange, operation, request.Wait).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has left. The operation goes on.
        }
    }

    private static async Task AnswerAsync(HttpContext context, ControlExchange exchange, string operation, bool wait)
    {
        ControlAnswer.Accepted? accepted = null;
        await foreach (ControlAnswer answer in exchange.AnswersAsync(context.RequestAborted).ConfigureAwait(false))
        {
            switch (answer)
            {
                case ControlAnswer.Accepted a when !wait:
                    string path = $"{context.Request.PathBase}{context.Request.Path}";
                    context.Response.Headers.Location = $"{path[..path.LastIndexOf('/')]}/status";
                    string begins = a.Until is null ? "It has begun." : $"It begins when {a.Until}.";
                    await AdminAnswers.WriteAsync(context, operation, a, begins).ConfigureAwait(false);
                    return;
                case ControlAnswer.Accepted a:
                    accepted = a;
                    break;
                case ControlAnswer.Outcome { Succeeded: true } outcome:
                    await AdminAnswers.WriteAsync(context, operation, accepted!, outcome).ConfigureAwait(false);
                    return;
                case ControlAnswer.Outcome outcome:
                    var failed = AdminProblem.Of(operation, outcome.Failure!, outcome.Explanation, outcome.Record);
                    await AdminAnswers.WriteAsync(context, failed).ConfigureAwait(false);
                    return;
                case ControlAnswer.End end:
                    // No outcome came: the request was refused, or this process ends.
                    AnswerFailure failure = end.Failure ?? AnswerFailure.Of(RestartFailure.Stopping);
                    var refused = AdminProblem.Of(operation, failure, end.Explanation, record: null);
                    await AdminAnswers.WriteAsync(context, refused).ConfigureAwait(false);
                    return;
            }
        }
    }

    // Observers get half of the time until the process must end: the other half is the application's.
    private void Handle(LifecycleEvent lifecycleEvent)
    {
        if (lifecycleEvent is LifecycleEvent.Serves)
        {
            _service.Context.Loop.Schedule(
                OperationsRehearsal.Delay,
                () => ThreadPool.UnsafeQueueUserWorkItem(static admin => admin.Rehearse(), this, preferLocal: false));
        }

        if (lifecycleEvent is LifecycleEvent.StateChanged { State: ProcessState.Exited })
        {
            TimeSpan half = _service.Options.ExitTimeout / 2;
            _service.Context.Loop.Schedule(_options.Timeout < half ? _options.Timeout : half, AbortObservers);
        }
    }

    // Loads the page's assemblies before the first request for it.
    private void Rehearse() => OperationsRehearsal.Try(
        _service.Context,
        () => AdminPage.Render(
            _service.Status(), _service.Options.TimeProvider.GetUtcNow(), "", _service.Options.AllowedProgramDirectories));

    private void AbortObservers()
    {
        if (_connections.AbortObservers() is > 0 and int aborted)
        {
            _logger.AdminDropped($"{aborted} clients", "they have not taken their last answer, and this process ends");
        }
    }
}
