using Baton.Hosting;
using Baton.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Baton.Tests.Hosting;

/// <summary>Serving and exclusive services in a host without graceful restart: it serves from its start to its stop.</summary>
public class TermServicesTests
{
    [Fact]
    public async Task Host_WithoutGracefulRestart_RunsThemFromStartToStop()
    {
        var work = new Work();
        using IHost host = Build(services => services.AddExclusiveHostedService<Worker>(), work);
        await host.StartAsync(TestContext.Current.CancellationToken);
        await work.Started.Task.Soon();
        var serving = host.Services.GetRequiredService<ServingLifetime>();
        Assert.True(serving.IsServing);
        Assert.False(serving.Ended.IsCancellationRequested);
        Assert.Equal(work.Term, serving.Term);
        Assert.True(serving.Term > 0);

        await host.StopAsync(TestContext.Current.CancellationToken);
        Assert.True(work.Stopped);
        Assert.True(work.Disposed);
        Assert.False(serving.IsServing);
        Assert.True(serving.Ended.IsCancellationRequested);
    }

    [Fact]
    public async Task Add_Twice_RunsOne()
    {
        var work = new Work();
        using IHost host = Build(services => services.AddServingHostedService<Worker>().AddServingHostedService<Worker>(), work);
        await host.StartAsync(TestContext.Current.CancellationToken);
        await work.Started.Task.Soon();
        await host.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, work.Made);
    }

    // As a plain background service that fails: the host stops.
    [Fact]
    public async Task Service_ThatFails_StopsTheHost()
    {
        var work = new Work { Failure = new InvalidOperationException("a defect") };
        using IHost host = Build(services => services.AddServingHostedService<Worker>(), work);
        int before = Environment.ExitCode;
        try
        {
            await host.StartAsync(TestContext.Current.CancellationToken);
            await host.WaitForShutdownAsync(TestContext.Current.CancellationToken).Soon();
            Assert.Equal(1, Environment.ExitCode);
        }
        finally
        {
            Environment.ExitCode = before;
        }
    }

    [Fact]
    public void Kinds_OfAType_AreThoseOfItsBaseAndTheLastCounts()
    {
        HostedServiceKinds kinds = new HostedServiceKinds().Serving<BackgroundService>().Exclusive<Worker>();
        Assert.Equal(Baton.Hosting.Services.ServiceKind.Exclusive, kinds.Of(typeof(Worker)));
        Assert.Equal(Baton.Hosting.Services.ServiceKind.Serving, kinds.Of(typeof(OtherWorker)));
        Assert.Null(kinds.Of(typeof(IHostedService)));
    }

    [Theory]
    [InlineData("by type")]
    [InlineData("by a typed factory")]
    [InlineData("by a factory")]
    [InlineData("an instance")]
    public async Task Options_ChooseAServiceOfALibrary_ItRunsInTermsHoweverItIsRegistered(string how)
    {
        var work = new Work();
        var services = new ServiceCollection();
        services.AddSingleton(work).AddLogging().AddSingleton<IHostApplicationLifetime, NoLifetime>().AddTermServices();
        var options = new HostedRestartOptions();
        options.HostedServices.Exclusive<Worker>();
        services.AddSingleton(options);
        _ = how switch
        {
            "by type" => services.AddHostedService<Worker>(),
            "by a typed factory" => services.AddHostedService(s => new Worker(s.GetRequiredService<Work>(), null!)),
            "by a factory" => services.AddSingleton<IHostedService>(s => new Worker(s.GetRequiredService<Work>(), null!)),
            _ => services.AddSingleton<IHostedService>(new Worker(work, null!)),
        };
        Baton.Hosting.Services.ChosenServices.Take(services);
        services.Remove(services.Single(d => d.ImplementationInstance == options));

        await using ServiceProvider provider = services.BuildServiceProvider();
        IHostedService[] hosted = [.. provider.GetServices<IHostedService>()];
        Assert.DoesNotContain(hosted, s => s is Worker);
        var terms = provider.GetRequiredService<Baton.Hosting.Services.TermServices>();
        await terms.StartingAsync(TestContext.Current.CancellationToken);
        await terms.StartAsync(TestContext.Current.CancellationToken);
        Assert.False(work.Started.Task.IsCompleted);
        await terms.StartedAsync(TestContext.Current.CancellationToken);
        await work.Started.Task.Soon();
        await terms.StopAsync(TestContext.Current.CancellationToken);
        Assert.True(work.Stopped);
        Assert.True(work.Made <= 2, "an instance was made that nobody needs");
    }

    private static IHost Build(Action<IServiceCollection> add, Work work)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(work);
        add(builder.Services);
        return builder.Build();
    }

    private sealed class Work
    {
        internal TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Exception? Failure { get; init; }

        internal int Made { get; set; }

        internal long Term { get; set; }

        internal bool Stopped { get; set; }

        internal bool Disposed { get; set; }
    }

    private sealed class Worker : BackgroundService
    {
        private readonly Work _work;
        private readonly ServingLifetime? _serving;

        public Worker(Work work, ServingLifetime serving)
        {
            (_work, _serving) = (work, serving);
            work.Made++;
        }

        public override async Task StopAsync(CancellationToken cancellationToken)
        {
            await base.StopAsync(cancellationToken);
            _work.Stopped = true;
        }

        public override void Dispose()
        {
            _work.Disposed = true;
            base.Dispose();
        }

        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            _work.Term = _serving?.Term ?? 0;
            _work.Started.SetResult();
            if (_work.Failure is not null)
            {
                throw _work.Failure;
            }

            await Task.Delay(Timeout.Infinite, stoppingToken);
        }
    }

    private sealed class OtherWorker : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.CompletedTask;
    }

    private sealed class NoLifetime : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication()
        {
        }
    }
}
