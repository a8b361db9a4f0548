using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Baton.Bench.Services;

namespace Baton.Bench.Restarts;

/// <summary>One service started cold and restarted once, whose successor is killed on probation. Milliseconds.</summary>
/// <param name="ColdStart">From exec to the first answer.</param>
/// <param name="Ended">From the kill until the kernel had ended the process; nobody can notice it earlier.</param>
/// <param name="FirstAnswer">From the kill to the first answer of the old process.</param>
/// <param name="GateOpen">From the kill to the line in which the old process says that it accepts again; wall clock.</param>
/// <param name="Refused">Connections that were refused meanwhile.</param>
internal sealed partial record KilledSuccessor(double ColdStart, double Ended, double FirstAnswer, double GateOpen, int Refused)
{
    private const string TimeFormat = "yyyy-MM-ddTHH:mm:ss.fffffff";

    /// <summary>Also of the successor: one that has just answered first still compiles.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    /// <summary>Longer than a measurement takes.</summary>
    private static readonly TimeSpan Probation = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan LineLimit = TimeSpan.FromSeconds(5);

    /// <param name="address">Where the service listens.</param>
    /// <param name="isWaiting">Whether the request is in the queue when the successor dies; otherwise connections are made anew without a pause.</param>
    /// <param name="cancellation">Ends the run and the service.</param>
    public static async Task<KilledSuccessor> RunAsync(IPEndPoint address, bool isWaiting, CancellationToken cancellation)
    {
        ServiceCommand command = new(ServicePrograms.Hello, address)
        {
            Arguments =
            [
                $"--GracefulRestart:Probation={Probation:c}",
                "--Logging:Console:FormatterName=simple", // without it the options of the next two lines mean nothing
                $"--Logging:Console:FormatterOptions:TimestampFormat={TimeFormat} ",
                "--Logging:Console:FormatterOptions:UseUtcTimestamp=true",
            ],
        };
        await using ServiceProcess service = await ServiceProcess.StartAsync(command, cancellation);
        await Task.Delay(Settling, cancellation);
        using WatchedProcess successor = await service.StartSuccessorAsync(cancellation);
        await Task.Delay(Settling, cancellation);
        using AnswerAfterDeath client = new(address, service.Pid);
        DateTime wallClock = default;
        long killed = 0;
        TimeSpan ended = default;
        Thread watching = new(() =>
        {
            successor.WaitForEnd(LineLimit);
            ended = Stopwatch.GetElapsedTime(killed);
        });
        watching.Start();
        TimeSpan took = isWaiting
            ? await client.QueuedAsync(() => successor.Send(WatchedProcess.SIGSTOP), Kill, cancellation)
            : await client.ConnectingAsync(Kill, cancellation);
        watching.Join();
        TimeSpan gate = await GateOpenAsync(service, cancellation) - wallClock;
        return new KilledSuccessor(service.ColdStart.TotalMilliseconds, ended.TotalMilliseconds, took.TotalMilliseconds, gate.TotalMilliseconds, client.Refused);

        void Kill()
        {
            (wallClock, killed) = (DateTime.UtcNow, Stopwatch.GetTimestamp());
            successor.Send(WatchedProcess.SIGKILL);
        }
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"first answer {FirstAnswer:0.00} ms after the kill, ended after {Ended:0.00} ms, gate open after {GateOpen:0.00} ms, {Refused} refused; {ColdStart:0} ms cold");

    private static async Task<DateTime> GateOpenAsync(ServiceProcess service, CancellationToken cancellation)
    {
        long begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun) < LineLimit)
        {
            // The console logger writes on a thread of its own: the line comes later than the moment that it names.
            Match? line = service.Output.Select(said => RolledBackLine().Match(said)).FirstOrDefault(match => match.Success);
            if (line is not null)
            {
                return DateTime.ParseExact(
                    line.Groups[1].Value, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
            }

            await Task.Delay(10, cancellation);
        }

        throw new BenchException($"The log does not say that the old process serves again:{Environment.NewLine}{string.Join(Environment.NewLine, service.Output)}");
    }

    // Log event 409, written when the gate is open.
    [GeneratedRegex(@"^(\S+) \w+: Baton\[409\]")]
    private static partial Regex RolledBackLine();
}
