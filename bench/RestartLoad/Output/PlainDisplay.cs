using System.Globalization;
using RestartLoad.Load;
using RestartLoad.Releases;
using RestartLoad.Restarts;

namespace RestartLoad.Output;

/// <summary>For logs and pipes: a line for each restart and snapshot, or for each second when there are no restarts.</summary>
internal sealed class PlainDisplay(TextWriter writer, RunState state, bool hasRestarts) : IRunDisplay
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public async Task ShowAsync(Task run)
    {
        if (hasRestarts)
        {
            return;
        }

        using PeriodicTimer timer = new(Interval);
        while (await Task.WhenAny(run, timer.WaitForNextTickAsync().AsTask()) != run)
        {
            WriteLine($"{state.Clock.Now.TotalSeconds:0} s");
        }
    }

    public void RestartDone(RestartReport restart) => WriteLine(restart.Error is null
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"restart {restart.Number}: {restart.Predecessor} -> {restart.Successor}, "
            + $"first answer {restart.FirstAnswerMilliseconds:0} ms, predecessor gone {restart.PredecessorGoneMilliseconds:0} ms")
        : $"restart {restart.Number}: failed");

    public void ReleaseDone(ReleaseReport release) => WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"release {release.Name} {release.Outcome}, known after {release.KnownMilliseconds:0} ms"));

    public void SnapshotTaken(GenerationSnapshot snapshot) => WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"after restart {snapshot.Restart}: process {snapshot.Pid} has {snapshot.Fds} fds, "
        + $"{snapshot.RssBytes / 1e6:0.0} MB, {snapshot.Zombies} zombies"));

    private void WriteLine(string text)
    {
        (long requests, long failed) = state.Totals();

        // Whether those were lost with a release that died is known in the end.
        string without = state.Releases.Count > 0 ? "without an answer" : "failed";
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{text}; {requests} requests, {failed} {without}"));
    }
}
