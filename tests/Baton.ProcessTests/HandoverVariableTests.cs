using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>S4: BATON_HANDOVER set by anybody else than a predecessor is a warning and a plain first start.</summary>
public sealed class HandoverVariableTests
{
    private const string NotAChannel = "descriptor 5 is not a unix stream socket";

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("3")]
    [InlineData("-3:1")]
    [InlineData("99999999999:1")]
    [InlineData("0:1")]
    [InlineData("3:1:1")]
    public Task Text_that_is_no_address_is_ignored(string value) =>
        AssertIgnoredAsync(value, new ServiceSetup(), "does not have the form");

    [Fact]
    public Task Descriptor_that_is_closed_is_ignored() =>
        AssertIgnoredAsync("9999:1", new ServiceSetup(), "descriptor 9999 is not open");

    [Fact]
    public Task File_is_ignored() => AssertIgnoredAsync("5:1", InShell("exec 5</etc/passwd"), NotAChannel);

    [Fact]
    public async Task Tcp_socket_is_ignored()
    {
        using var other = new OccupiedPort();
        await AssertIgnoredAsync("5:1", InShell($"exec 5<>/dev/tcp/127.0.0.1/{other.Port}"), NotAChannel);
    }

    /// <summary>The service warns, starts, and can be restarted and stopped as any other.</summary>
    internal static async Task AssertIgnoredAsync(string value, ServiceSetup setup, string reason)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(WithVariable(value, setup));

        Assert.Single(service.Log.All($"Ignored BATON_HANDOVER={value}: .*{reason}.*; starting as a first generation"));
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
        await service.RestartAsync();
        await service.StopAsync();
    }

    internal static ServiceSetup WithVariable(string value, ServiceSetup setup) =>
        setup with { Environment = new Dictionary<string, string> { ["BATON_HANDOVER"] = value } };

    private static ServiceSetup InShell(string before) =>
        new() { Command = ["bash", "-c", $"{before}; exec \"$0\" \"$@\"", ServiceSetup.BuiltProgram] };
}
