namespace Baton.AspNetCore.Admin.Page;

/// <summary>The head of the page: the service, its state, and the process that serves.</summary>
internal static class ServiceSection
{
    internal static Html Render(PageView view)
    {
        RestartStatus status = view.Status;
        return Html.Of($"""
            <div class="masthead" data-pid="{status.Pid}" data-generation="{status.Generation}"
            data-now="{Times.Machine(view.Now)}" data-release="{AdminAsset.Release}" data-title="{Title(status)}">
            <h1>{Html.Text(Name(status))}{Version(status)}</h1>
            <p>{StateText.Badge(status.Successor?.State ?? status.State)}</p>
            </div>
            <p class="lead">{Sentence(view)}</p>
            <dl class="facts">
            <div><dt>Process</dt><dd>{status.Successor?.Pid ?? status.Pid}</dd></div>
            <div><dt>Generation</dt><dd>{status.Successor?.Generation ?? status.Generation}</dd></div>
            {Up(view)}
            {Answers(view)}
            <div><dt>Program</dt><dd class="mono">{Html.Text(StatusText.OrDash(status.Program))}</dd></div>
            <div class="wide"><dt>Listens on</dt><dd>{Listeners(status)}</dd></div>
            {Waiting(status)}
            </dl>
            """);
    }

    /// <summary>The title of the window.</summary>
    internal static string Title(RestartStatus status) => $"{Name(status)}: {StateText.Of(status.State)}";

    private static string Name(RestartStatus status) => status.Name.Length == 0 ? "Service" : status.Name;

    private static Html Version(RestartStatus status)
    {
        string version = status.Successor is { Version.Length: > 0 } successor ? successor.Version : status.Version;
        return version.Length == 0 ? Html.None : Html.Of($""" <span class="version">{Html.Text(version)}</span>""");
    }

    // The old process may still have the connection of this page.
    private static Html Answers(PageView view) =>
        view.Status.Successor is null ? Html.None : Html.Of($"<div><dt>Answered by</dt><dd>process {view.Status.Pid}</dd></div>");

    private static Html Up(PageView view)
    {
        DateTimeOffset? started = view.Status.Successor is { } successor ? successor.StartedAt : view.Status.StartedAt;
        return started is { } at ? Html.Of($"<div><dt>Up</dt><dd>{Times.Since(at, view.Now)}</dd></div>") : Html.None;
    }

    private static Html Listeners(RestartStatus status)
    {
        IEnumerable<Html> items = status.Listeners.Select(l => Html.Of($"<li class=\"mono\">{Html.Text(l)}</li>"));
        return status.Listeners.Count == 0 ? Html.Of($"nothing") : Html.Of($"""<ul class="listeners">{items}</ul>""");
    }

    private static Html Waiting(RestartStatus status)
    {
        IEnumerable<Html> items = status.WaitingServices.Select(s => Html.Of($"<li>{Html.Text($"{s.Name}: {s.Reason}")}</li>"));
        return status.WaitingServices.Count == 0
            ? Html.None
            : Html.Of($"""<div class="wide"><dt>Does not run here</dt><dd><ul class="listeners">{items}</ul></dd></div>""");
    }

    private static Html Sentence(PageView view) => view.Status.State switch
    {
        ProcessState.Starting => Html.Of($"The process starts, and accepts nothing yet."),
        ProcessState.OnProbation =>
            Html.Of($"Process {view.Status.Pid} serves. {Predecessor(view)} can take over again{Left(view)}."),
        ProcessState.Serving => Html.Of($"Process {view.Status.Pid} serves. {Older(view)}"),
        ProcessState.Restarting => Html.Of($"Process {view.Status.Pid} serves while {Successor(view)} gets ready."),
        ProcessState.HandedOver =>
            Html.Of($"{Capital(Successor(view))} serves, on probation. This process can take over again{Left(view)}."),
        ProcessState.Draining => Html.Of($"{Capital(Successor(view))} serves. This process finishes its work."),
        ProcessState.ShuttingDown => Html.Of($"The service ends. Nobody takes over; what is open is finished."),
        _ => Html.Of($"The service has ended."),
    };

    private static Html Older(PageView view) => view.Departing.Count() switch
    {
        0 => Html.None,
        1 => Html.Of($"Process {view.Departing.First().Pid} still finishes its work."),
        int several => Html.Of($"{several} older processes still finish their work."),
    };

    private static string Predecessor(PageView view) =>
        view.Status.PredecessorPid is { } pid ? Wording.Say($"Process {pid}") : "The old process";

    private static string Successor(PageView view) =>
        view.Status.SuccessorPid is { } pid ? Wording.Say($"process {pid}") : "its successor";

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static Html Left(PageView view) =>
        view.Status.ProbationEnds is { } left && left > TimeSpan.Zero
            ? Html.Of($" for another {Times.Until(left, view.Now)}")
            : Html.None;
}
