using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Baton.Bench.Throughput;

/// <summary>One run of wrk, of Debian's package of that name.</summary>
internal static partial class Wrk
{
    private const int Connections = 32;

    /// <param name="address">What is loaded.</param>
    /// <param name="duration">Whole seconds.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="BenchException">wrk is missing, or a request failed.</exception>
    public static async Task<WrkResult> RunAsync(IPEndPoint address, TimeSpan duration, CancellationToken cancellation)
    {
        string[] arguments =
            ["--threads", "1", "--connections", Text(Connections), "--duration", $"{Text((int)duration.TotalSeconds)}s", $"http://{address}/"];
        string output = await RunAsync(arguments, cancellation);
        if (Failures().Match(output) is { Success: true } failures)
        {
            throw new BenchException($"Requests to {address} failed: {failures.Value.Trim()}");
        }

        return Summary().Match(output) is { Success: true } summary && Rate().Match(output) is { Success: true } rate
            ? new WrkResult(long.Parse(summary.Groups[1].Value, CultureInfo.InvariantCulture), double.Parse(rate.Groups[1].Value, CultureInfo.InvariantCulture))
            : throw new BenchException($"wrk said nothing that is understood here: {output}");
    }

    private static async Task<string> RunAsync(string[] arguments, CancellationToken cancellation)
    {
        using Process process = Start(arguments);
        try
        {
            Task<string> error = process.StandardError.ReadToEndAsync(cancellation);
            string output = await process.StandardOutput.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return process.ExitCode == 0 ? output : throw new BenchException($"wrk ended with {process.ExitCode}: {output}{await error}");
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }

    private static Process Start(string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("wrk", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (Win32Exception e)
        {
            throw new BenchException($"Throughput is measured with wrk, which could not be started. On Debian: apt-get install wrk. ({e.Message})", e);
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(\d+) requests in ")]
    private static partial Regex Summary();

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex Rate();

    [GeneratedRegex(@"^\s*(Socket errors:|Non-2xx).*$", RegexOptions.Multiline)]
    private static partial Regex Failures();
}

/// <summary>What a run of wrk came to.</summary>
internal sealed record WrkResult(long Requests, double RequestsPerSecond);
