using System.Runtime.InteropServices;
using Baton.AspNetCore;
using Baton.Hosting.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Baton.Tests.Hosting;

/// <summary>What may stand in the section, and what is said about what may not.</summary>
public class SectionBinderTests
{
    [Theory]
    [InlineData("00:00:30", 30_000)]
    [InlineData("1.00:00:00", 86_400_000)]
    [InlineData("00:00:00.5", 500)]
    [InlineData("30s", 30_000)]
    [InlineData("30 s", 30_000)]
    [InlineData("1.5s", 1_500)]
    [InlineData("500ms", 500)]
    [InlineData("5m", 300_000)]
    [InlineData("5min", 300_000)]
    [InlineData("2h", 7_200_000)]
    [InlineData("1d", 86_400_000)]
    [InlineData("0", 0)]
    [InlineData("infinite", -1)]
    [InlineData("Infinite", -1)]
    [InlineData("-1", -1)]
    [InlineData("-00:00:00.001", -1)]
    public void Duration_InAnyForm_IsRead(string text, double milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Bind(("DrainTimeout", text)).DrainTimeout);

    [Theory]
    [InlineData("30")]
    [InlineData("soon")]
    [InlineData("s")]
    [InlineData("1e9d")]
    [InlineData("30 parsecs")]
    [InlineData("99999999999999999d")]
    [InlineData("1.2.3s")]
    [InlineData("")]
    public void Duration_InNoForm_NamesKeyValueAndForms(string text) => AssertFails(
        [("DrainTimeout", text)],
        $"GracefulRestart:DrainTimeout is \"{text}\"; allowed is a duration such as \"00:00:30\", \"30s\", \"500ms\", \"5m\", \"2h\", \"1d\" or \"infinite\".");

    [Fact]
    public void Value_OutOfRange_NamesKeyValueAsGivenAndRange()
    {
        AssertFails([("DrainTimeout", "-00:00:02")], "GracefulRestart:DrainTimeout is \"-00:00:02\"; allowed is zero or more, or infinite.");
        AssertFails([("MaxGenerations", "1")], "GracefulRestart:MaxGenerations is \"1\"; allowed is between 2 and 250.");
        AssertFails([("WarmUp:Rounds", "0")], "GracefulRestart:WarmUp:Rounds is \"0\"; allowed is 1 to 1000.");
        AssertFails([("HookTimeout", "infinite")], "GracefulRestart:HookTimeout is \"infinite\"; allowed is more than zero, and finite.");
    }

    [Theory]
    [InlineData("DrainTimout", "GracefulRestart:DrainTimout is no option of graceful restart; the nearest is GracefulRestart:DrainTimeout.")]
    [InlineData("probaton", "GracefulRestart:probaton is no option of graceful restart; the nearest is GracefulRestart:Probation.")]
    [InlineData("WarmUp:Enable", "GracefulRestart:WarmUp:Enable is no option of graceful restart; the nearest is GracefulRestart:WarmUp:Enabled.")]
    [InlineData("WarmUp:Requests:0:Pth", "GracefulRestart:WarmUp:Requests:0:Pth is no option of graceful restart; the nearest is GracefulRestart:WarmUp:Requests:0:Path.")]
    public void Key_Mistyped_NamesTheNearest(string key, string message) => AssertFails([(key, "1")], message);

    [Fact]
    public void Several_ThatAreWrong_AreAllNamed()
    {
        OptionsValidationException e = Fails(("Enabled", "perhaps"), ("MaxGenerations", "many"), ("Strategy", "1"), ("Probations", "x"));
        Assert.Equal(
            [
                "GracefulRestart:Enabled is \"perhaps\"; allowed is true or false.",
                "GracefulRestart:MaxGenerations is \"many\"; allowed is a whole number.",
                "GracefulRestart:Strategy is \"1\"; allowed is Handover, Complete.",
                "GracefulRestart:Probations is no option of graceful restart; the nearest is GracefulRestart:Probation.",
            ],
            e.Failures);
    }

    [Fact]
    public void Signals_PresetThenRows_WhateverTheirOrder()
    {
        GracefulRestartOptions options = Bind(("Signals:SIGQUIT", "none"), ("Signals:usr2", "hookonly"), ("Signals:10", "Restart"), ("SignalPreset", "tableflip"));
        Assert.Equal("SIGHUP: Restart, SIGINT: Shutdown, SIGUSR1: Restart, SIGUSR2: HookOnly, SIGTERM: Shutdown", options.Signals.ToString());
        Assert.Null(options.Signals[PosixSignal.SIGQUIT]);
    }

    [Theory]
    [InlineData("SIGFOO", "Restart", "GracefulRestart:Signals:SIGFOO is \"Restart\"; allowed is nothing, since there is no signal of that name.")]
    [InlineData("SIGKILL", "Restart", "GracefulRestart:Signals:SIGKILL is \"Restart\"; allowed is nothing, since the kernel lets no process catch it.")]
    [InlineData("SIGUSR1", "Reload", "GracefulRestart:Signals:SIGUSR1 is \"Reload\"; allowed is Restart, Shutdown, Force, Ignore, HookOnly, RollBack, None.")]
    [InlineData("SIGUSR1", "0", "GracefulRestart:Signals:SIGUSR1 is \"0\"; allowed is Restart, Shutdown, Force, Ignore, HookOnly, RollBack, None.")]
    public void Signals_WithARowThatCanNotBe_SayWhy(string signal, string action, string message) => AssertFails([($"Signals:{signal}", action)], message);

    [Fact]
    public void Lists_InTheSection_ReplaceTheDefault()
    {
        GracefulRestartOptions options = Bind(
            ("CheckArguments:0", "--check"), ("CheckArguments:1", "-q"), ("AllowedProgramDirectories", "/srv/app"), ("WarmUp:Requests:0", "/a"), ("WarmUp:Requests:1:Path", "/b"),
            ("WarmUp:Requests:1:Method", "HEAD"), ("WarmUp:Requests:1:Headers:Accept", "text/html"));
        Assert.Equal(["--check", "-q"], options.CheckArguments);
        Assert.Equal(["/srv/app"], options.AllowedProgramDirectories);
        Assert.Equal(["GET /a", "HEAD /b"], options.WarmUp.Requests.Select(r => r.ToString()));
        Assert.Equal("text/html", options.WarmUp.Requests[1].Headers["accept"]);
    }

    [Fact]
    public void Lists_ThatAreEmpty_EmptyTheDefault() => Assert.Empty(Bind(("WarmUp:Requests", "")).WarmUp.Requests);

    [Fact]
    public void Requests_WithoutAPath_AreRefused() => AssertFails(
        [("WarmUp:Requests:0:Method", "GET")], "GracefulRestart:WarmUp:Requests:0 is empty; allowed is a path, or an object with Path and, if wanted, Method and Headers.");

    [Theory]
    [InlineData(":WarmUp", "false", "GracefulRestart:WarmUp is \"false\"; allowed is a section with keys of its own, such as GracefulRestart:WarmUp:Enabled.")]
    [InlineData(":Signals", "SIGHUP", "GracefulRestart:Signals is \"SIGHUP\"; allowed is a section with keys of its own, such as GracefulRestart:Signals:SIGUSR1.")]
    [InlineData("", "false", "GracefulRestart is \"false\"; allowed is a section with keys of its own, such as GracefulRestart:Enabled.")]
    public void Section_ThatIsAValueInstead_IsRefused(string key, string value, string message)
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create($"GracefulRestart{key}", (string?)value)]).Build();
        var e = Assert.Throws<OptionsValidationException>(
            () => SectionBinder.Bind(configuration.GetSection("GracefulRestart"), new GracefulRestartOptions()));
        Assert.Equal([message], e.Failures);
    }

    [Fact]
    public void PidFile_Empty_IsNone() => Assert.Null(Bind(("PidFile", "")).PidFile);

    [Fact]
    public void Section_Empty_LeavesTheDefaults()
    {
        var options = new GracefulRestartOptions();
        SectionBinder.Bind(new ConfigurationBuilder().Build().GetSection("GracefulRestart"), options);
        Assert.Equal(TimeSpan.FromSeconds(60), options.DrainTimeout);
    }

    [Fact]
    public void AspNetCoreOptions_InAPlainHost_AreUnknown() => Assert.Contains(
        "GracefulRestart:IdleGrace is no option",
        Assert.Throws<OptionsValidationException>(() => SectionBinder.Bind(Section([("IdleGrace", "1s")]), new Baton.Hosting.HostedRestartOptions())).Message,
        StringComparison.Ordinal);

    private static GracefulRestartOptions Bind(params (string Key, string Value)[] settings)
    {
        var options = new GracefulRestartOptions();
        SectionBinder.Bind(Section(settings), options);
        return options;
    }

    private static IConfigurationSection Section((string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create($"GracefulRestart:{s.Key}", (string?)s.Value))).Build().GetSection("GracefulRestart");

    private static OptionsValidationException Fails(params (string Key, string Value)[] settings) => Assert.Throws<OptionsValidationException>(() => Bind(settings));

    private static void AssertFails((string Key, string Value)[] settings, string message) => Assert.Equal([message], Fails(settings).Failures);
}
