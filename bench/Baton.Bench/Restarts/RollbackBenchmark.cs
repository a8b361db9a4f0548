using System.Globalization;
using System.Net;
using Baton.Bench.Results;
using Baton.Bench.Services;

namespace Baton.Bench.Restarts;

/// <summary>How long nobody answers when a successor on probation is killed. Each figure is the first roll back of a process: nothing is warm.</summary>
internal sealed class RollbackBenchmark : IBenchmark
{
    private const int DefaultPairs = 12;

    // What a service without Baton costs instead: its supervisor notices at best at once, and starts it again.
    private const string Baseline = "cold start to first answer";

    public string Name => "rollback";

    public string Description => "SIGKILL of a successor on probation to the first answer of the old process, which serves again";

    public async Task<IReadOnlyList<Measurement>> RunAsync(BenchSettings settings, IProgress<string> progress, CancellationToken cancellation)
    {
        PairedSamples arriving = new();
        PairedSamples waiting = new();
        PairedSamples ended = new();
        PairedSamples gate = new();
        for (int i = 0; i < (settings.Pairs ?? DefaultPairs); i++)
        {
            foreach (bool isWaiting in (bool[])[false, true])
            {
                KilledSuccessor run = await KilledSuccessor.RunAsync(new IPEndPoint(IPAddress.Loopback, settings.Port), isWaiting, cancellation);
                (isWaiting ? waiting : arriving).Add(run.FirstAnswer, run.ColdStart);
                ended.Add(run.Ended, run.ColdStart);
                gate.Add(run.GateOpen, run.ColdStart);
                progress.Report(string.Create(CultureInfo.InvariantCulture, $"  {(isWaiting ? "a request in the queue" : "new connections")}: {run}"));
            }
        }

        return
        [
            .. arriving.Distribution("kill of the successor to the old process's first answer, new connections", "ms", Baseline, Target.AtMost(50)),
            .. waiting.Distribution("kill of the successor to the answer of a request that waits in the queue", "ms", Baseline, Target.AtMost(50)),
            ended.Distribution("of that, until the kernel had ended the successor", "ms", Baseline, target: null)[0],
            gate.Distribution("of that, until the gate was open, by the log's clock", "ms", Baseline, target: null)[0],
        ];
    }
}
