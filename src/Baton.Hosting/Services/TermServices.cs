using System.Reflection;
using Baton.Lifecycle;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Baton.Hosting.Services;

/// <summary>
/// The hosted services of this host that run only while the process serves. Their work is part of the process's open work.
/// Without graceful restart the process serves from the start to the stop of its host.
/// </summary>
internal sealed class TermServices : IHostedLifecycleService, IServerWork
{
    private readonly List<TermRegistration> _registrations;
    private readonly List<string> _faults = [];
    private readonly IServiceProvider _provider;
    private readonly IServiceCollection _registered;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly HostOptions _host;
    private readonly ILogger _logger;
    private readonly Restarter? _restarter;
    private readonly bool _requiresExclusive;
    private readonly HostedServiceKinds? _kinds;
    private readonly AcceptGate _gate;
    private TermService[] _services = [];
    private Task _runs = Task.CompletedTask;

    public TermServices(
        IServiceProvider provider,
        IServiceCollection registered,
        IHostApplicationLifetime lifetime,
        IOptions<HostOptions> host,
        ILoggerFactory loggers)
    {
        (_provider, _registered, _lifetime, _host) = (provider, registered, lifetime, host.Value);
        _registrations = [.. provider.GetServices<TermRegistration>()];

        // Without the options graceful restart is not in use, and the container would throw for a restarter.
        if (provider.GetService<HostedRestartOptions>() is { } options)
        {
            _restarter = provider.GetRequiredService<Restarter>();
            (_requiresExclusive, _kinds) = (options.RequireExclusive, options.HostedServices);
        }

        Numbers = _restarter?.Parts.Terms ?? new TermNumbers(TimeProvider.System);
        _gate = _restarter?.Parts.Gate ?? new AcceptGate(Numbers);
        Lifetime = new ServingLifetime(_gate, Numbers);
        ILogger logger = loggers.CreateLogger(Log.Category);
        _logger = _restarter?.Parts.Logger.Aside(logger) ?? logger;
    }

    /// <summary>The term for the services.</summary>
    internal ServingLifetime Lifetime { get; }

    /// <summary>The failed services that ended the host, as text; null if none has.</summary>
    internal string? Faults
    {
        get
        {
            lock (_faults)
            {
                return _faults.Count == 0 ? null : string.Join("; ", _faults);
            }
        }
    }

    private TermNumbers Numbers { get; }

    private IEnumerable<TermService> Unfinished => _services.Where(s => s.Stopping is not null);

    /// <summary>Adds a service whose type was known only when it was created.</summary>
    internal void Add(TermRegistration registration) => _registrations.Add(registration);

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        ThrowIfMissing();
        NamePlain();
        bool hasExclusive = _registrations.Exists(r => r.Kind == ServiceKind.Exclusive);
        if (_restarter is { Parts: var parts } && _registrations.Count > 0)
        {
            parts.Exclusive.IsWanted |= hasExclusive;
            bool mayRefuse = hasExclusive && _requiresExclusive && !parts.Lifecycle.Start.AwaitsCommit;
            if (mayRefuse && parts.Exclusive.FindOther() is { } other)
            {
                throw new InvalidOperationException(
                    $"The exclusive services of this process can't run, as {other}. "
                    + "It does not start, because RequireExclusive is set.");
            }

            parts.Work.Register(this);
        }

        _services = [.. _registrations.Select(r => new TermService(
            r, _provider, _gate, r.Kind == ServiceKind.Exclusive ? _restarter?.Parts.Exclusive : null, Failed, _logger))];
        if (_restarter is not null)
        {
            Array.ForEach(_services, _restarter.Parts.ExclusiveStop.Add);
        }

        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _runs = Task.WhenAll(_services.Select(s => Task.Run(s.RunAsync, CancellationToken.None)));
        return Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        if (_restarter is null)
        {
            _gate.Open();
        }

        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// The services were told to stop when the process stopped serving, before this. Like a background service, this gives up
    /// silently when the host's time is over.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_restarter is null)
        {
            _gate.End();
        }

        using CancellationTokenRegistration cut = cancellationToken.UnsafeRegister(
            static services => Array.ForEach((TermService[])services!, s => s.Cut()), _services);
        await _runs.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IServerWork.DrainAsync(CancellationToken resumed) => Task.WhenAll(_services.Select(s => s.Stopped)).WaitAsync(resumed);

    void IServerWork.NobodyServes()
    {
    }

    OpenWork IServerWork.Cut()
    {
        TermService[] cut = [.. Unfinished];
        Array.ForEach(cut, s => s.Cut());
        return new OpenWork(Connections: 0, cut.Length);
    }

    void IServerWork.Describe(OpenWorkReport report)
    {
        foreach (TermService service in Unfinished)
        {
            report.AddRequests(1, $"service {service.Name}", service.Stopping ?? TimeSpan.Zero);
        }
    }

    private void ThrowIfMissing()
    {
        string[] missing = [.. (_kinds?.Chosen ?? [])
            .Where(c => c.Kind != ServiceKind.Always && !_registrations.Exists(r => c.Type.IsAssignableFrom(r.Type)))
            .Select(c => c.Type.Name)];
        if (missing.Length > 0)
        {
            throw new InvalidOperationException(
                $"HostedServices names {string.Join(", ", missing)}, but no hosted service of this host is of that type.");
        }
    }

    // Logged once, so that nobody is surprised that two of them run during a restart.
    private void NamePlain()
    {
        // Asking for a service that is no singleton would create it anew.
        if (_kinds is null || _restarter is not { Parts.Lifecycle.Start.IsFirst: true }
            || _registered.Any(d => d.ServiceType == typeof(IHostedService) && d.Lifetime != ServiceLifetime.Singleton))
        {
            return;
        }

        string[] plain = [.. _provider.GetServices<IHostedService>()
            .Select(s => s.GetType())
            .Where(t => t.IsAssignableTo(typeof(BackgroundService)) && t.Assembly == Assembly.GetEntryAssembly())
            .Where(t => _kinds.Of(t) is null)
            .Select(t => t.Name)
            .Distinct()];
        if (plain.Length > 0)
        {
            _logger.PlainServices(string.Join(", ", plain));
        }
    }

    // As the host does for a failed background service. A service that fails to start ends it in any case.
    private void Failed(TermService service, Exception exception, bool inStart)
    {
        if (!inStart && _host.BackgroundServiceExceptionBehavior == BackgroundServiceExceptionBehavior.Ignore)
        {
            _logger.TermServiceFailed(exception, service.Name);
            return;
        }

        _logger.TermServiceEndsHost(exception, service.Name);
        lock (_faults)
        {
            _faults.Add($"{service.Name} failed: {_restarter?.Parts.Describe(exception) ?? exception.Message}");
        }

        if (_restarter is null or { Parts.Lifecycle.Probation.Ended.IsCompleted: true } && Environment.ExitCode == 0)
        {
            Environment.ExitCode = 1;
        }

        _lifetime.StopApplication();
    }
}
