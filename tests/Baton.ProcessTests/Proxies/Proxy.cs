using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests.Proxies;

/// <summary>A reverse proxy of the test's own in front of a service, with the configuration that users copy: samples/proxies.</summary>
internal abstract class Proxy : IAsyncDisposable
{
    /// <summary>What the samples name, and the test does not use.</summary>
    private const string SampleService = "127.0.0.1:8199";

    private readonly TemporaryDirectory _directory = new();
    private readonly int _port = FreePort.Next();
    private Process? _process;

    /// <summary>Where clients connect to.</summary>
    internal ServiceAddress Address => ServiceAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}"));

    protected string Listen => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}");

    /// <summary>Requires that there was nothing to complain about, at the proxy's side of the service.</summary>
    internal abstract Task AssertNoUpstreamErrorAsync();

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            // nginx has processes of its own, and ends them at SIGTERM.
            _ = Libc.kill(_process.Id, Libc.SIGTERM);
            await _process.WaitForExitAsync().InTime();
            _process.Dispose();
        }

        _directory.Dispose();
    }

    protected string PathOf(string file) => _directory.PathOf(file);

    /// <summary>The sample, with this service and this port in place of its own.</summary>
    protected static string Sample(string file, string service, string listen, string sampleListen) =>
        Replaced(Replaced(File.ReadAllText(Path.Combine(Repository.Root, "samples/proxies", file)), SampleService, service), sampleListen, listen);

    protected static string Replaced(string text, string what, string by)
    {
        Assert.Contains(what, text, StringComparison.Ordinal);
        return text.Replace(what, by, StringComparison.Ordinal);
    }

    protected async Task StartAsync(string program, params string[] arguments)
    {
        Assert.True(File.Exists(program), $"{program} is not installed: ./test.sh does that.");
        _process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardInput = true })!;
        Task<string> said = _process.StandardError.ReadToEndAsync();
        await Deadline.UntilAsync(() => _process.HasExited || Accepts());
        Assert.False(_process.HasExited, _process.HasExited ? await said : "");
    }

    private bool Accepts()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Connect(new IPEndPoint(IPAddress.Loopback, _port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
