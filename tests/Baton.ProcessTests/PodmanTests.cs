using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>A service in a container of a real engine. Everything else that containers do to it is in bench/containers.py.</summary>
public sealed class PodmanTests
{
    [Fact]
    public async Task Service_below_baton_run_as_process_1_is_restarted_and_stopped_by_the_engine()
    {
        await using PodmanContainer container = await PodmanContainer.StartAsync(BatonCommand.Program, "run", "--", ServiceSetup.BuiltProgram, "--urls", "http://127.0.0.1:0");
        await container.Log.FirstAsync("generation 1: Starting -> Serving");
        await using (BackgroundLoad load = BackgroundLoad.Start(container.Address))
        {
            await container.SignalAsync("USR2");
            await container.Log.FirstAsync("generation 2: Starting -> Serving");
            Assert.Equal(0, await container.ExecuteAsync(BatonCommand.Program, "status", "--serving"));
            await load.EndWithoutFailureAsync();
        }

        Assert.Equal(0, await container.StopAsync());
        Assert.Empty(container.Log.All("refused|baton run: "));
    }
}
