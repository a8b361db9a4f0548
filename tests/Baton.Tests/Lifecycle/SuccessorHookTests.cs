using Baton.Processes;
using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

/// <summary>What a hook may change of a successor before it starts.</summary>
public class SuccessorHookTests
{
    private readonly LifecycleFixture _fixture = LifecycleFixture.Serving();

    private RestartHooks Hooks => _fixture.Options.Hooks;

    [Fact]
    public void Hook_ChangesArgumentsAndEnvironment_TheNextHookAndTheSuccessorHaveThem()
    {
        Add(start =>
        {
            start.Arguments.Add("--color=green");
            start.Environment["COLOR"] = "green";
        });
        Add(start => start.Environment["SEEN"] = $"{start.Program} {string.Join(' ', start.Arguments)} {start.Environment["COLOR"]} {start.Generation} {start.Trigger}");
        _fixture.AskRestart();
        StartCommand started = _fixture.Effects.Started!;
        Assert.Equal(["/srv/app", "--color=green"], started.Arguments);
        Assert.Equal("/srv/app --color=green green 2 the test", started.Environment["SEEN"]);
    }

    [Fact]
    public void Hook_Throws_WhatItHasChangedDoesNotCount()
    {
        Add(start => start.Environment["A"] = "1");
        Add(start =>
        {
            start.Environment["B"] = "2";
            throw new InvalidOperationException("no");
        });
        _fixture.AskRestart();
        Assert.Equal(["A"], _fixture.Effects.Started!.Environment.Keys);
        Assert.Equal(1, _fixture.Journal.Count("log HookFailed"));
    }

    [Fact]
    public void Hook_IsLate_WhatItChangesDoesNotCount()
    {
        _fixture.Effects.HooksRun = false;
        Add(start => start.Environment["A"] = "1");
        _fixture.AskRestart();
        Assert.Null(_fixture.Effects.Started);
        _fixture.Pass(TimeSpan.FromSeconds(5));
        _fixture.Do(_fixture.Effects.RunHooks);
        Assert.Empty(_fixture.Effects.Started!.Environment);
    }

    [Theory]
    [InlineData("BATON_HANDOVER")]
    [InlineData("BATON_COMPLETE")]
    [InlineData("NOTIFY_SOCKET")]
    [InlineData("LISTEN_FDS")]
    public void Hook_SetsAVariableOfBaton_IsDroppedAndSaid(string variable)
    {
        Add(start => start.Environment[variable] = "3:1");
        _fixture.AskRestart();
        Assert.Empty(_fixture.Effects.Started!.Environment);
        Assert.Equal(1, _fixture.Journal.Count("log HookVariableDropped"));
    }

    // Hooks neither see it nor lose it, not even by emptying the environment.
    [Fact]
    public void Apply_AService_TheSuccessorHasWhatSystemdSaid()
    {
        var systemd = new Dictionary<string, string>
        {
            ["NOTIFY_SOCKET"] = "/run/notify", ["WATCHDOG_USEC"] = "1", ["WATCHDOG_PID"] = "2", ["LISTEN_FDS"] = "1", ["LISTEN_PID"] = "2", ["LISTEN_FDNAMES"] = "a",
            ["SYSTEMD_EXEC_PID"] = "2",
        };
        var command = new StartCommand("/srv/app", ["app"], "/srv", new Dictionary<string, string>(systemd) { ["PATH"] = "/bin", ["OLD"] = "1" });
        var start = new SuccessorStartContext(command, generation: 2, trigger: By("the test"));
        Assert.Equal(["OLD", "PATH"], start.Environment.Keys.Order());
        start.Environment.Clear();
        start.Environment["NEW"] = "1";
        start.Environment["NOTIFY_SOCKET"] = "elsewhere";
        var dropped = new List<string>();
        Assert.Equal(new Dictionary<string, string>(systemd) { ["NEW"] = "1" }, start.Apply(dropped.Add).Environment);
        Assert.Equal(["NOTIFY_SOCKET"], dropped);
    }

    [Theory]
    [InlineData("", "x", null)]
    [InlineData("A=B", "x", null)]
    [InlineData("A", "x\0y", null)]
    [InlineData("A", null, null)]
    [InlineData("A", "x", "a\0b")]
    public void Hook_GivesWhatNoProcessCanGet_CountsAsFailed(string name, string? value, string? argument)
    {
        Add(start =>
        {
            start.Environment[name] = value!;
            if (argument is not null)
            {
                start.Arguments.Add(argument);
            }
        });
        _fixture.AskRestart();
        Assert.Empty(_fixture.Effects.Started!.Environment);
        Assert.Equal(["/srv/app"], _fixture.Effects.Started.Arguments);
        Assert.Equal(1, _fixture.Journal.Count("log HookFailed"));
    }

    [Fact]
    public void Hook_GivesAnArgumentThatIsNull_CountsAsFailed()
    {
        Add(start => start.Arguments.Add(null!));
        _fixture.AskRestart();
        Assert.Equal(["/srv/app"], _fixture.Effects.Started!.Arguments);
        Assert.Equal(1, _fixture.Journal.Count("log HookFailed"));
    }

    private void Add(Action<SuccessorStartContext> change) => Hooks.BeforeSuccessor((start, _) =>
    {
        change(start);
        return Task.CompletedTask;
    });
}
