using Baton.Hosting.Services;
using Baton.Lifecycle;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Baton.Tests.Hosting;

/// <summary>A hosted service in the terms of its process.</summary>
public sealed class TermServiceTests
{
    private readonly AcceptGate _gate = new();
    private readonly List<Exception> _failures = [];
    private readonly StartingService _service = new();

    [Fact]
    public async Task Service_ThatDoesNotStartAgain_IsTriedAgainAndEndsNothing()
    {
        Task run = Run();
        _gate.Open();
        await _service.StartedAsync();
        _gate.Close();
        _service.FailuresLeft = 2;
        _gate.Open();
        await _service.StartedAsync();
        _gate.End();
        await run;

        Assert.Empty(_failures);
        Assert.Equal(["start", "stop", "fail", "stop", "fail", "stop", "start", "stop"], _service.Done);
    }

    [Fact]
    public async Task Service_ThatDoesNotStartAgain_IsNotTriedInATermThatIsOver()
    {
        Task run = Run();
        _gate.Open();
        await _service.StartedAsync();
        _gate.Close();
        _service.FailuresLeft = int.MaxValue;
        _gate.Open();
        await _service.FailedAsync();
        _gate.End();
        await run;

        Assert.Empty(_failures);
        Assert.Equal(1, _service.Done.Count(what => what == "start"));
    }

    [Fact]
    public async Task Service_ThatNeverStarted_EndsItsHost()
    {
        _service.FailuresLeft = 1;
        Task run = Run();
        _gate.Open();
        await _service.FailedAsync();
        _gate.End();
        await run;

        Assert.Equal("told to fail", Assert.Single(_failures).Message);
        Assert.Equal(["fail", "stop"], _service.Done);
    }

    private Task Run()
    {
        ServiceProvider provider = new ServiceCollection().BuildServiceProvider();
        var registration = new TermRegistration(typeof(StartingService), ServiceKind.Serving, _ => _service, IsOurs: false);
        return Task.Run(new TermService(registration, provider, _gate, exclusive: null, (_, e, _) => _failures.Add(e), NullLogger.Instance).RunAsync);
    }

    private sealed class StartingService : IHostedService
    {
        private readonly SemaphoreSlim _started = new(0);
        private readonly SemaphoreSlim _failed = new(0);

        internal int FailuresLeft { get; set; }

        internal List<string> Done { get; } = [];

        internal Task StartedAsync() => _started.WaitAsync(TestContext.Current.CancellationToken);

        internal Task FailedAsync() => _failed.WaitAsync(TestContext.Current.CancellationToken);

        public Task StartAsync(CancellationToken cancellationToken)
        {
            if (FailuresLeft > 0)
            {
                FailuresLeft--;
                Done.Add("fail");
                _failed.Release();
                throw new InvalidOperationException("told to fail");
            }

            Done.Add("start");
            _started.Release();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            Done.Add("stop");
            return Task.CompletedTask;
        }
    }
}
