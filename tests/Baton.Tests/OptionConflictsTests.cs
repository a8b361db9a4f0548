using System.Reflection;
using System.Runtime.InteropServices;
using Baton.AspNetCore;
using Baton.Configuration;

namespace Baton.Tests;

/// <summary>C4: what a later server of a process wants otherwise than the first.</summary>
public class OptionConflictsTests
{
    // Where the lines go is each host's own.
    private static readonly string[] PerServer = ["LoggerFactory"];

    private readonly GracefulRestartOptions _first = new() { DrainTimeout = TimeSpan.FromSeconds(20), PidFile = "/run/a.pid" };
    private readonly GracefulRestartOptions _later = new();

    [Fact]
    public void All_HasEveryOptionOfTheProcess() =>
        Assert.Equal(
            Own(typeof(RestarterOptions)).SelectMany(p => p.PropertyType == typeof(RestartControlOptions) || p.PropertyType == typeof(ProbationJudgeOptions) ? Own(p.PropertyType).Select(c => $"{p.Name}.{c.Name}") : [p.Name])
                .Except(PerServer).Order(),
            OptionConflicts.Texts(_first).Keys.Order());

    [Fact]
    public void Find_InAGroup_IsNamedWithIt()
    {
        _later.Control.MaxConnections = 3;
        Assert.Equal(["Control.MaxConnections (3 instead of 16)"], OptionConflicts.Find(_later, _first));
    }

    [Fact]
    public void Find_Defaults_AreNoWish() => Assert.Empty(OptionConflicts.Find(_later, _first));

    [Fact]
    public void Find_TheSame_IsNoConflict()
    {
        _later.DrainTimeout = TimeSpan.FromSeconds(20);
        Assert.Empty(OptionConflicts.Find(_later, _first));
        Assert.Empty(OptionConflicts.Find(_first, _first));
    }

    [Fact]
    public void Find_WhatDiffers_IsNamedWithWhatHolds()
    {
        _later.DrainTimeout = Timeout.InfiniteTimeSpan;
        _later.PidFile = "/run/b.pid";
        _later.AllowedProgramDirectories.Add("/srv");
        _later.Signals[PosixSignal.SIGHUP] = null;
        _later.IdleGrace = TimeSpan.Zero;
        Assert.Equal(
            [
                "DrainTimeout (infinite instead of 00:00:20)",
                "PidFile (\"/run/b.pid\" instead of \"/run/a.pid\")",
                "AllowedProgramDirectories ([\"/srv\"] instead of [])",
                $"Signals ({_later.Signals} instead of {_first.Signals})",
            ],
            OptionConflicts.Find(_later, _first));
    }

    [Fact]
    public void Find_Hooks_AreTheFirstServersOnly()
    {
        _first.Hooks.OnDeparture((_, _) => Task.CompletedTask);
        _later.Hooks.OnDeparture((_, _) => Task.CompletedTask);
        Assert.Equal(["Hooks"], OptionConflicts.Find(_later, _first));
    }

    private static PropertyInfo[] Own(Type options) => options.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly);
}
