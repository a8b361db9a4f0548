using System.Net.Sockets;
using Baton.Cli.CommandLine;
using Baton.Cli.Discovery;
using Baton.Cli.Tests.Support;

namespace Baton.Cli.Tests;

/// <summary>Which service a command is about. F13: what a crash left behind says nothing.</summary>
public sealed class DiscoveryTests : IDisposable
{
    private static readonly string User = ServiceUser.NameOf(Interop.Libc.geteuid());

    private readonly Support.Cli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task List_ShowsAll_ByName()
    {
        await using FakeService shop = new(_cli.Directory, Samples.Shop);
        await using FakeService cart = new(_cli.Directory, Samples.Service("cart", 99, 1, ProcessState.ShuttingDown));

        CliResult result = await _cli.RunAsync("list");

        Assert.Equal(ExitCode.Done, result.ExitCode);
        string[] lines = result.Output.TrimEnd().Split('\n');
        Assert.StartsWith("NAME   PID  VERSION  STATE         GENERATION", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("cart    99  1.4.2    ShuttingDown           1", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("shop  4711  1.4.2    Serving                3", lines[2], StringComparison.Ordinal);
        Assert.Equal(3, lines.Length);
    }

    [Fact]
    public async Task List_TwoOfOneName_ShowsWhoHoldsIt()
    {
        await using FakeService first = new(_cli.Directory, Samples.Shop with { NameHeldBy = Samples.Shop.Pid });
        await using FakeService second = new(_cli.Directory, Samples.Service("shop", 99, 1) with { NameHeldBy = Samples.Shop.Pid }, "shop-99");

        string[] lines = (await _cli.RunAsync("list")).Output.TrimEnd().Split('\n');

        Assert.EndsWith("NAME HELD BY", lines[0], StringComparison.Ordinal);
        Assert.Matches("^shop +99 .* process 4711$", lines[1]);
        Assert.Matches("^shop +4711 .* itself$", lines[2]);
    }

    [Fact]
    public async Task List_SecondCopy_ShowsWhichServicesWait()
    {
        await using FakeService first = new(_cli.Directory, Samples.Shop);
        await using FakeService second = new(
            _cli.Directory, Samples.Service("shop", 99, 1) with { WaitingServices = [new WaitingService("Ticker", "process 4711 has /x")] }, "shop-99");

        string[] lines = (await _cli.RunAsync("list")).Output.TrimEnd().Split('\n');

        Assert.EndsWith("WAITS", lines[0], StringComparison.Ordinal);
        Assert.Matches("^shop +99 .* Ticker$", lines[1]);
        Assert.Matches("^shop +4711 .* -$", lines[2]);
    }

    [Fact] // F13
    public async Task List_WithStaleAndSilentSockets_PassesTheFirstOverAndNamesTheSecond()
    {
        await using FakeService shop = new(_cli.Directory, Samples.Shop);
        await using FakeService silent = new(_cli.Directory, Samples.Service("silent", 99)) { IsSilent = true };
        Leave("stale.sock");
        File.WriteAllText(Path.Combine(_cli.Directory, "file.sock"), "");

        CliResult result = await _cli.RunAsync("list");

        Assert.Equal(2, result.Output.TrimEnd().Split('\n').Length);
        Assert.Equal($"{silent.Socket} of user {User}: No answer within 2 s; process {Environment.ProcessId} runs, but does not answer.\n", result.Error);
    }

    [Fact]
    public async Task List_OfNothing_IsDone()
    {
        Assert.Equal(new CliResult(ExitCode.Done, "", "No service of yours is running.\n"), await _cli.RunAsync("list"));
    }

    [Fact] // F13
    public async Task Status_OfNothing_IsNotFound()
    {
        Leave("shop.sock");
        CliResult result = await _cli.RunAsync("status");
        Assert.Equal((ExitCode.NotFound, ""), (result.ExitCode, result.Output));
        Assert.Equal($"No service of yours is running; looked in {_cli.Directory}.\n", result.Error);
    }

    [Fact]
    public async Task Status_WithSeveral_NamesThem()
    {
        await using FakeService shop = new(_cli.Directory, Samples.Shop);
        await using FakeService cart = new(_cli.Directory, Samples.Service("cart", 99));

        CliResult result = await _cli.RunAsync("status");

        Assert.Equal(ExitCode.Usage, result.ExitCode);
        Assert.Equal($"There are several services; name one of them, or its pid:\n  cart, pid 99, user {User}, Serving, {cart.Socket}\n  shop, pid 4711, user {User}, Serving, {shop.Socket}\n", result.Error);
    }

    [Theory]
    [InlineData("shop", 4711)]
    [InlineData("4711", 4711)]
    [InlineData("4650", 4711)] // an older generation
    [InlineData("4735", 4711)] // its successor, about which nothing else is known yet
    [InlineData("cart", 99)]
    [InlineData("2048", 77)] // a name
    [InlineData("cart-88", 88)] // by its file, where the name was taken
    public async Task Status_OfANameOrAnyPid_IsOfThatService(string wanted, int pid)
    {
        RestartStatus status = Samples.Shop with { SuccessorPid = 4735, Generations = [Samples.Generation(4711, 3, ProcessState.Serving), Samples.Generation(4650, 2, ProcessState.Draining)] };
        await using FakeService shop = new(_cli.Directory, status);
        await using FakeService cart = new(_cli.Directory, Samples.Service("cart", 99));
        await using FakeService other = new(_cli.Directory, Samples.Service("other", 88), "cart-88");
        await using FakeService digits = new(_cli.Directory, Samples.Service("2048", 77));

        CliResult result = await _cli.RunAsync("status", wanted, "--json");

        Assert.Contains($"\"pid\":{pid},", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_OfANameThatTwoHave_IsAmbiguous()
    {
        await using FakeService first = new(_cli.Directory, Samples.Shop);
        await using FakeService second = new(_cli.Directory, Samples.Service("shop", 88), "shop-88");

        CliResult result = await _cli.RunAsync("status", "shop");

        Assert.Equal(ExitCode.Usage, result.ExitCode);
        Assert.Contains("several services called shop", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sho", " Did you mean shop?")] // no prefixes
    [InlineData("Shop", " Did you mean shop?")]
    [InlineData("17", "")]
    public async Task Status_OfAnother_NamesThoseThatAreThere(string wanted, string question)
    {
        await using FakeService shop = new(_cli.Directory, Samples.Shop);

        CliResult result = await _cli.RunAsync("status", wanted);

        Assert.Equal(ExitCode.NotFound, result.ExitCode);
        Assert.Contains($"{wanted}.{question} There are:\n  shop, pid 4711", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_BySocket_AsksThatOne()
    {
        await using FakeService shop = new(_cli.Directory, Samples.Shop);
        await using FakeService cart = new(_cli.Directory, Samples.Service("cart", 99));

        Assert.StartsWith("cart 1.4.2", (await _cli.RunAsync("status", "--socket", cart.Socket)).Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.NotFound, (await _cli.RunAsync("status", "--socket", cart.Socket + "x")).ExitCode);
        Assert.Equal(ExitCode.Usage, (await _cli.RunAsync("status", "shop", "--socket", cart.Socket)).ExitCode);
    }

    [Fact]
    public void Places_OfAUser_AreItsOwnAndThoseOfTheSystem()
    {
        string root = Directory.CreateDirectory(Path.Combine(_cli.Directory, "root")).FullName;
        foreach (string directory in new[] { "run/shop", "run/user/1000", "run/user/1001", "tmp/baton-1000", "tmp/baton-1001", "tmp/baton-x", "other/baton-1000" })
        {
            Directory.CreateDirectory(Path.Combine(root, directory));
        }

        Assert.Equal(
            ["/xdg/baton", "run/shop/baton", "run/user/baton", "run/user/1000/baton", "other/baton-1000", "tmp/baton-1000"],
            Places(1000, ("XDG_RUNTIME_DIR", "/xdg/"), ("TMPDIR", Path.Combine(root, "other"))));
        Assert.Equal(
            ["/run/shop/a/baton", "run/shop/baton", "run/user/baton", "run/user/1000/baton", "run/user/1001/baton", "tmp/baton-1000", "tmp/baton-1001"],
            Places(0, ("RUNTIME_DIRECTORY", "/run/shop/a:/run/shop/b")));
        Assert.Equal(["/only"], Places(0, ("BATON_CONTROL_DIR", "/only"), ("XDG_RUNTIME_DIR", "/xdg")));

        IEnumerable<string> Places(uint userId, params (string Name, string Value)[] variables)
        {
            CliEnvironment environment = new(TextWriter.Null, TextWriter.Null) { Root = root, UserId = userId, Variable = name => variables.FirstOrDefault(v => v.Name == name).Value };
            return SocketDirectories.Of(environment).Select(p => p.StartsWith(root, StringComparison.Ordinal) ? Path.GetRelativePath(root, p) : p);
        }
    }

    private void Leave(string name)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        string path = Path.Combine(_cli.Directory, name);
        socket.Bind(new UnixDomainSocketEndPoint(path));

        // .NET would remove the file with the socket.
        File.Move(path, path + "x");
        socket.Dispose();
        File.Move(path + "x", path);
    }
}
