using System.Globalization;
using RestartLoad.Load;
using RestartLoad.Releases;
using RestartLoad.Restarts;
using Spectre.Console;

namespace RestartLoad.Output;

/// <summary>For terminals: one line, rewritten. Counts restarts, or seconds when there are none.</summary>
internal sealed class ProgressBarDisplay(IAnsiConsole console, RunState state, LoadSettings settings) : IRunDisplay
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    public Task ShowAsync(Task run) => console
        .Progress()
        .AutoClear(true)
        .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
        .StartAsync(context => UpdateAsync(context, run));

    public void RestartDone(RestartReport restart)
    {
        // The bar looks for itself.
    }

    public void ReleaseDone(ReleaseReport release)
    {
        // As above.
    }

    public void SnapshotTaken(GenerationSnapshot snapshot)
    {
        // Shown in the report.
    }

    private async Task UpdateAsync(ProgressContext context, Task run)
    {
        int restarts = settings.Restarts.Count;
        double end = restarts > 0 ? restarts : Math.Max(1, settings.Duration.TotalSeconds);
        string without = settings.Releases is null ? "failed" : "without an answer";
        ProgressTask bar = context.AddTask("starting", maxValue: end);
        while (!run.IsCompleted)
        {
            (long requests, long failed) = state.Totals();
            int done = state.Restarts.Count + state.Releases.Count;
            bar.Value = restarts > 0 ? done : Math.Min(bar.MaxValue, state.Clock.Now.TotalSeconds);
            bar.Description = string.Create(
                CultureInfo.InvariantCulture, $"{requests} requests, {failed} {without}, {done}/{restarts} restarts");
            await Task.WhenAny(run, Task.Delay(Interval));
        }
    }
}
