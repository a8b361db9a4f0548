namespace Baton.AspNetCore.Admin.Page;

/// <summary>The actions that an operator can take now, and why the others are disabled.</summary>
internal static class ActionsSection
{
    internal static Html Render(PageView view) => Html.Of($"""
        {Action("restart", "primary", "Restart…", WhyNoRestart(view.Status), RestartHint(view.Status))}
        {Action("rollback", "danger", "Roll back…", WhyNoRollBack(view.Status), "The old process serves again, at once.")}
        {Action("confirm", "primary", "Confirm…", WhyNoConfirm(view.Status), ConfirmHint(view))}
        {Action("shutdown", "danger", "Shut down…", WhyNoShutdown(view.Status), "Nobody takes over.")}
        {Action("force", "danger", "Force…", WhyNoForce(view), "Cuts what older processes do.")}
        """);

    /// <summary>What force would cut, for its confirmation.</summary>
    internal static Html Cut(PageView view) => view.Departing.Any()
        ? Html.Of($"<ul>{view.Departing.Select(Departing)}</ul>")
        : Html.Of($"<p>No process is on its way out any more.</p>");

    private static Html Departing(GenerationStatus g)
    {
        string connections = Wording.Count(g.Connections.Values.Sum(), "connection");
        string requests = Wording.Count(g.RequestCount, "request");
        return Html.Of($"<li>process {g.Pid}, generation {g.Generation}: {requests}, {connections}</li>");
    }

    private static Html Action(string name, string style, string label, string? whyNot, string hint) => Html.Of($"""
        <div class="action"><button type="button" class="{style}" data-dialog="{name}"
        aria-describedby="{name}-hint"{(whyNot is null ? Html.None : Html.Of($" disabled"))}>{label}</button>
        <p id="{name}-hint">{whyNot ?? hint}</p></div>
        """);

    private static string ConfirmHint(PageView view) =>
        $"Else it is rolled back in {Wording.Of(view.Status.ProbationEnds ?? TimeSpan.Zero)}.";

    private static string? WhyNoRollBack(RestartStatus status) => status.State switch
    {
        ProcessState.OnProbation or ProcessState.HandedOver => null,
        ProcessState.ShuttingDown or ProcessState.Exited => "The service is ending.",
        _ => "No restart is on probation.",
    };

    private static string? WhyNoConfirm(RestartStatus status) =>
        status.AwaitsConfirmation ? null : "No restart waits to be confirmed.";

    private static string RestartHint(RestartStatus status) => status.State is ProcessState.OnProbation or ProcessState.HandedOver
        ? "Waits until the probation is over."
        : "A successor takes over.";

    private static string? WhyNoRestart(RestartStatus status) => status.State switch
    {
        _ when status.AwaitsConfirmation => "The last restart waits to be confirmed.",
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
