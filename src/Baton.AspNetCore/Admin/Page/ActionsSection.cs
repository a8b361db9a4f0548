namespace Baton.AspNetCore.Admin.Page;

/// <summary>What an operator can do now, or why not.</summary>
internal static class ActionsSection
{
    internal static Html Render(PageView view) => Html.Of($"""
        {Action("restart", "primary", "Restart…", WhyNoRestart(view.Status), RestartHint(view.Status))}
        {Action("shutdown", "danger", "Shut down…", WhyNoShutdown(view.Status), "Nobody takes over.")}
        {Action("force", "danger", "Force…", WhyNoForce(view), "Cuts what older processes do.")}
        """);

    /// <summary>What force would cut, for its confirmation.</summary>
    internal static Html Cut(PageView view) => view.Departing.Any()
        ? Html.Of($"<ul>{view.Departing.Select(g => Html.Of($"<li>process {g.Pid}, generation {g.Generation}: {Wording.Count(g.RequestCount, "request")}, {Wording.Count(g.Connections.Values.Sum(), "connection")}</li>"))}</ul>")
        : Html.Of($"<p>No process is on its way out any more.</p>");

    private static Html Action(string name, string look, string words, string? whyNot, string hint) => Html.Of($"""
        <div class="action"><button type="button" class="{look}" data-dialog="{name}" aria-describedby="{name}-hint"{(whyNot is null ? Html.None : Html.Of($" disabled"))}>{words}</button>
        <p id="{name}-hint">{whyNot ?? hint}</p></div>
        """);

    private static string RestartHint(RestartStatus status) => status.State is ProcessState.OnProbation or ProcessState.HandedOver
        ? "Waits until the probation is over."
        : "A successor takes over.";

    private static string? WhyNoRestart(RestartStatus status) => status.State switch
    {
        ProcessState.Starting => "The process is not serving yet.",
        ProcessState.Restarting => "A restart is in progress.",
        ProcessState.Draining => "This process has handed over.",
        ProcessState.ShuttingDown or ProcessState.Exited => "The service is ending.",
        _ => null,
    };

    private static string? WhyNoShutdown(RestartStatus status) => status.State switch
    {
        ProcessState.Draining => "This process has handed over.",
        ProcessState.ShuttingDown or ProcessState.Exited => "The service is ending already.",
        _ => null,
    };

    private static string? WhyNoForce(PageView view) => view switch
    {
        { Status.State: ProcessState.HandedOver } => "Its successor can: this process has handed over.",
        _ when !view.Departing.Any() => "No process is on its way out.",
        _ => null,
    };
}
