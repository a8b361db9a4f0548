using System.Globalization;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>C4, C6 to C8: descriptors: many, few, leaked, and collected by the garbage collector.</summary>
public sealed class DescriptorTests
{
    [Fact] // C4
    public async Task More_listeners_than_fit_into_one_message_are_handed_over()
    {
        const int Listeners = 300;
        await using ServiceProcess service = await StartWithListenersAsync(Listeners);
        IReadOnlyList<ServiceAddress> addresses = service.Addresses;
        Assert.Equal(Listeners, addresses.Distinct().Count());

        int predecessor = await service.RestartAsync();
        await service.EndAsync(predecessor);

        Assert.Equal(addresses, service.Addresses);
        foreach (ServiceAddress address in addresses)
        {
            Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(address)).Pid);
        }
    }

    [Fact] // C4
    public async Task Successor_that_may_not_open_enough_files_fails_with_a_clear_reason()
    {
        await using ServiceProcess service = await StartWithListenersAsync(400);
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);

        // The runtime keeps some 150 open for itself.
        service.SetNextBehaviour("few-descriptors 350");
        string line = await service.FailToRestartAsync();

        Assert.Contains("the limit on open files of this process (RLIMIT_NOFILE) is too small", line, StringComparison.Ordinal);
        service.SetNextBehaviour("");
        await service.RestartAsync();
        await load.EndWithoutFailureAsync();
    }

    [Theory] // C4
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(100)]
    public async Task Predecessor_that_may_not_open_another_file_keeps_serving(int spare)
    {
        await using ServiceProcess service = await StartWithListenersAsync(200);
        using HttpConnection open = await HttpConnection.OpenAsync(service.Address);
        int pid = (await open.GetAsync()).Pid;

        Libc.LimitDescriptors(pid, ProcessTable.Descriptors(pid).Count + spare);
        string line = await service.FailToRestartAsync();

        Assert.EndsWith($"Process {pid} keeps serving.", line, StringComparison.Ordinal);
        Assert.Equal(pid, (await open.GetAsync()).Pid);
        Libc.LimitDescriptors(pid, 4096);
        await service.RestartAsync();
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }

    [Fact] // C6
    [Jit("The area: descriptors.")]
    public async Task Descriptors_are_the_same_in_every_generation()
    {
        ServiceSetup setup = ServiceSetup.ListeningOn("http://127.0.0.1:0", "http://[::1]:0");
        await using ServiceProcess service = await ServiceProcess.StartAsync(setup);
        await RestartAndSettleAsync(service);
        string second = ProcessTable.DescriptorKinds(service.Pid);

        for (int i = 0; i < 5; i++)
        {
            await RestartAndSettleAsync(service);
            int pid = service.Pid;
            await Deadline.UntilAsync(
                () => ProcessTable.DescriptorKinds(pid) == second, $"{ProcessTable.DescriptorKinds(pid)} to be {second}");
        }
    }

    [Fact] // C7
    public async Task Child_of_the_application_gets_nothing_of_ours()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        await AssertChildGetsNothingAsync(service);

        await service.RestartAsync();
        await AssertChildGetsNothingAsync(service);
    }

    [Fact] // C8
    public async Task Large_responses_of_a_successor_are_whole_although_the_client_is_slow()
    {
        const int Bytes = 1_500_000;
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        int predecessor = await service.RestartAsync();
        await service.EndAsync(predecessor);

        await Task.WhenAll(Enumerable.Range(0, 12).Select(async _ =>
        {
            using HttpConnection connection = await HttpConnection.OpenAsync(service.Address);
            await connection.SendGetAsync($"/big?bytes={Bytes}", "Connection: close");
            await connection.ReceiveHeadAsync();
            for (int left = Bytes; left > 0; left -= 50_000)
            {
                await Task.Delay(5, TestContext.Current.CancellationToken);
                await connection.ReceiveBytesAsync(50_000);
            }

            await connection.EndsAsync();
        }));
    }

    [Fact] // C8
    public async Task Garbage_collection_at_any_moment_harms_no_listener()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup { FirstBehaviour = "collect-garbage" });
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);

        for (int i = 0; i < 3; i++)
        {
            await load.MoreAsync();
            await service.RestartAsync();
        }

        await load.EndWithoutFailureAsync();
    }

    private static Task<ServiceProcess> StartWithListenersAsync(int listeners) =>
        ServiceProcess.StartAsync(new ServiceSetup { Arguments = ["--Listeners", listeners.ToString(CultureInfo.InvariantCulture)] });

    private static async Task RestartAndSettleAsync(ServiceProcess service)
    {
        int predecessor = await service.RestartAsync();
        await service.EndAsync(predecessor);
        await HttpConnection.GetOnceAsync(service.Address);

        // One listener has two descriptors: the one that is passed on, and its twin to accept on.
        await Deadline.UntilAsync(() => ProcessTable.Sockets(service.Pid).Count == (2 * service.Addresses.Count) + ServiceProcess.ControlDescriptors);
    }

    private static async Task AssertChildGetsNothingAsync(ServiceProcess service)
    {
        HttpAnswer answer = await HttpConnection.GetOnceAsync(service.Address, "/spawn-child");
        int child = int.Parse(answer.Text, CultureInfo.InvariantCulture);
        Assert.Contains(child, service.Living);
        Assert.Empty(ProcessTable.Sockets(child).Intersect(ProcessTable.Sockets(service.Pid)));
        Assert.Empty(ProcessTable.Sockets(child));
        Assert.DoesNotContain("BATON_HANDOVER", ProcessTable.Environment(child), StringComparison.Ordinal);
    }
}
