namespace Baton.AspNetCore.Admin.Page;

/// <summary>Why a process that ends still runs: the work it waits for, and the time left for that.</summary>
internal static class OpenWork
{
    private const int MostRequests = 5;

    internal static Html Render(GenerationStatus generation, PageView view)
    {
        if (!StatusText.IsLeaving(generation.State))
        {
            return Html.None;
        }

        return Html.Of($"""
            <div class="waits"><p>{Reason(generation, view)}</p>{LongLived(generation)}{Requests(generation, view)}</div>
            """);
    }

    private static Html LongLived(GenerationStatus generation) => StatusText.LongLived(generation) is { Length: > 0 } text
        ? Html.Of($"<p>Long-lived: {Html.Text(text)}.</p>")
        : Html.None;

    private static Html Reason(GenerationStatus generation, PageView view)
    {
        Html limit = generation switch
        {
            { DrainLimit: { } left } => Html.Of($" What is left is cut in {Times.Until(left, view.Now)}."),
            { State: ProcessState.HandedOver } => Html.None,
            _ => Html.Of($" There is no limit: only force cuts it."),
        };
        if (StatusText.HasOpenWork(generation))
        {
            return Html.Of($"<strong>Waits for {Open(generation)}.</strong>{limit}");
        }

        return generation.State == ProcessState.HandedOver
            ? Html.Of($"Has finished its work, and stays until the probation is over: it could take over again.")
            : Html.Of($"Has finished its work, and is about to end.");
    }

    private static string Open(GenerationStatus generation)
    {
        int connections = generation.Connections.Values.Sum();
        string requests = Wording.Count(generation.RequestCount, "request");
        return connections == 0 ? requests : $"{requests} on {Wording.Count(connections, "connection")}";
    }

    private static Html Requests(GenerationStatus generation, PageView view)
    {
        OpenRequest[] oldest = [.. generation.Requests.OrderByDescending(r => r.Age).Take(MostRequests)];
        if (oldest.Length == 0)
        {
            return Html.None;
        }

        int more = generation.RequestCount - oldest.Length;
        IEnumerable<Html> rows = oldest.Select(r =>
            Html.Of($"<tr><td class=\"mono\">{Html.Text(r.Path)}</td><td>{Times.Since(r.Age, view.Now)}</td></tr>"));
        return Html.Of($"""
            <table class="requests"><caption class="unseen">Oldest requests of process {generation.Pid}</caption>
            <thead><tr><th scope="col">Oldest requests</th><th scope="col">For</th></tr></thead>
            <tbody>{rows}</tbody></table>
            {(more > 0 ? Html.Of($"<p class=\"quiet\">and {more} more</p>") : Html.None)}
            """);
    }
}
