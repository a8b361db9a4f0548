using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Baton.Hosting;

/// <summary>Runs the health checks that decide about readiness. One caller at a time.</summary>
internal sealed class HealthPoll
{
    // People read the result, in log lines and outcomes.
    private const int LongestText = 1000;

    private readonly HealthCheckService? _service;
    private readonly HostedRestartOptions _options;
    private readonly HealthCheckRegistration[] _registrations;
    private Task<HealthReport>? _running;

    public HealthPoll(IServiceProvider services, HostedRestartOptions options)
    {
        _options = options;

        // Absent unless the application called AddHealthChecks.
        _service = options.HealthGate ? services.GetService<HealthCheckService>() : null;
        _registrations = _service is null
            ? []
            : Deciding(services.GetRequiredService<IOptions<HealthCheckServiceOptions>>().Value.Registrations);
    }

    internal bool HasChecks => _registrations.Length > 0;

    /// <summary>Runs the checks once, within the limit of one poll.</summary>
    internal async Task<HealthOutcome> AskAsync(CancellationToken cancel)
    {
        // Checks that ignore their token may still run. They are waited for, so that they do not pile up.
        Task<HealthReport> running = _running ??= CheckAsync(cancel);
        try
        {
            HealthReport report = await running.WaitAsync(_options.HealthCheckTimeout, cancel).ConfigureAwait(false);
            return new HealthOutcome(report.Status, Describe(report));
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            string names = string.Join(", ", _registrations.Select(r => r.Name));
            string text = $"no answer within {_options.HealthCheckTimeout.TotalSeconds:0.###} s from {names}";
            return new HealthOutcome(HealthStatus.Unhealthy, text);
        }
        finally
        {
            _running = running.IsCompleted ? null : running;
        }
    }

    private async Task<HealthReport> CheckAsync(CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(_options.HealthCheckTimeout);
        return await _service!.CheckHealthAsync(_registrations.Contains, limit.Token).ConfigureAwait(false);
    }

    // Our own check depends on the others: it would wait for itself.
    private HealthCheckRegistration[] Deciding(ICollection<HealthCheckRegistration> all)
    {
        HealthCheckRegistration[] others = [.. all.Where(r => r.Factory != GracefulRestartHealthCheck.Factory)];
        HealthCheckRegistration[] tagged = [.. others.Where(r => r.Tags.Contains(_options.ReadinessTag))];
        return tagged.Length > 0 ? tagged : others;
    }

    /// <summary>Such as "3 of 4 healthy; db: Unhealthy: connection refused". Equal states give equal texts.</summary>
    private static string Describe(HealthReport report)
    {
        IEnumerable<string> troubles =
            from entry in report.Entries
            where entry.Value.Status != HealthStatus.Healthy
            orderby entry.Value.Status, entry.Key
            let why = entry.Value.Description ?? entry.Value.Exception?.Message
            select $"; {entry.Key}: {entry.Value.Status}{(why is null ? "" : $": {why.ReplaceLineEndings(" ")}")}";
        int healthy = report.Entries.Values.Count(e => e.Status == HealthStatus.Healthy);
        string text = $"{healthy} of {report.Entries.Count} healthy{string.Concat(troubles)}";
        return text.Length <= LongestText ? text : $"{text[..LongestText]}...";
    }
}
