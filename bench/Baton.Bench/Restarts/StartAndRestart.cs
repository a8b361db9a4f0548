using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Baton.Bench.Services;

namespace Baton.Bench.Restarts;

/// <summary>One service started cold, restarted once without load, and ended: both halves of a pair, in one process tree. Milliseconds.</summary>
/// <param name="ColdStart">From exec to the first answer.</param>
/// <param name="Restart">From the signal to the first answer of the successor.</param>
/// <param name="HandedOver">From the request, as the predecessor has noticed it, to the moment the successor was told to serve: the predecessor's own figure.</param>
internal sealed partial record StartAndRestart(double ColdStart, double Restart, double HandedOver)
{
    /// <summary>A service that has just answered first still compiles and collects; a restart of that is not what anybody does.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    /// <summary>Long enough to be one, short enough not to be waited for at the end of each run.</summary>
    private static readonly TimeSpan Probation = TimeSpan.FromSeconds(0.5);

    public static async Task<StartAndRestart> RunAsync(IReadOnlyList<IPEndPoint> addresses, CancellationToken cancellation)
    {
        ServiceCommand command = new(ServicePrograms.Hello, addresses) { Arguments = [$"--GracefulRestart:Probation={Probation:c}"] };
        await using ServiceProcess service = await ServiceProcess.StartAsync(command, cancellation);
        await Task.Delay(Settling, cancellation);
        TimeSpan restart = await service.RestartAsync(cancellation);
        return new StartAndRestart(service.ColdStart.TotalMilliseconds, restart.TotalMilliseconds, MillisecondsIn(service.Output));
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{ColdStart:0} ms cold, {Restart:0} ms from signal to answer, handed over after {HandedOver:0} ms");

    private static double MillisecondsIn(IEnumerable<string> output)
    {
        Match? line = output.Select(said => HandedOverLine().Match(said)).FirstOrDefault(match => match.Success);
        return line is null
            ? throw new BenchException($"The log does not say how long the handover took:{Environment.NewLine}{string.Join(Environment.NewLine, output)}")
            : double.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    // Log event 405.
    [GeneratedRegex(@"Handed over to process .* (\d+) ms after")]
    private static partial Regex HandedOverLine();
}
