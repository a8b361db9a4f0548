using Baton.Processes;
using Baton.Tests.Support;

namespace Baton.Tests.Processes;

/// <summary>S2: releases that are reached through links. What is executed is where the link led when it was checked; what the successor is told is its name.</summary>
public sealed class AllowedLinksTests : IDisposable
{
    private readonly ReleaseTree _tree = new();

    public AllowedLinksTests() => _tree.Link("srv/app/current", "releases/2");

    private string Second => _tree.At("srv/app/releases/2/App");

    private string ThroughLink => _tree.At("srv/app/current/App");

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void Choose_ALinkInAnAllowedDirectory_ExecutesTheFileAndKeepsTheName()
    {
        StartCommand command = Choose(ThroughLink, "srv/app");
        Assert.Equal(Second, command.Program);
        Assert.Equal([ThroughLink, "a"], command.Arguments);
    }

    // The path that this process was started by is the operator's own.
    [Fact]
    public void Choose_ALinkElsewhereThatThisProcessWasStartedBy_KeepsTheName()
    {
        StartCommand own = _tree.Command("srv/app/current/App", "current/App", "a");
        StartCommand command = Choose(ThroughLink, "srv/app/releases", own);
        Assert.Equal((Second, ThroughLink), (command.Program, command.Arguments[0]));
    }

    // Else whoever may switch it could have the successor start anything at its next restart, unchecked.
    [Fact]
    public void Choose_ALinkElsewhere_IsTheFileItLedTo()
    {
        _tree.Link("elsewhere/link", "../srv/app/releases/2/App");
        StartCommand command = Choose(_tree.At("elsewhere/link"), "srv/app");
        Assert.Equal((Second, Second), (command.Program, command.Arguments[0]));
    }

    [Fact]
    public void Choose_ALinkInADirectoryThatEverybodyMayWrite_IsRefused()
    {
        Directory.CreateDirectory(_tree.At("srv/app/shared"));
        _tree.Link("srv/app/shared/link", "../releases/2/App");
        _tree.Chmod("srv/app/shared", "rwxrwxrwt");
        RestartException refusal = Assert.Throws<RestartException>(() => Choose(_tree.At("srv/app/shared/link"), "srv/app"));
        Assert.Contains($"everybody may write the directory {_tree.At("srv/app/shared")}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Choose_TheAllowedDirectoryIsALink_IsFollowed()
    {
        _tree.Link("srv/linked", "app");
        Assert.Equal(Second, Choose(_tree.At("srv/linked/current/App"), "srv/linked").Program);
        Assert.Equal(Second, Choose(Second, "srv/linked").Program);
    }

    [Fact]
    public void Choose_AnAllowedDirectoryThatDoesNotExist_AllowsNothing() =>
        Assert.Equal(RestartFailure.ProgramRefused, Assert.Throws<RestartException>(() => Choose(Second, "srv/none")).Failure);

    [Fact]
    public void Choose_TheRootIsAllowed_ContainsEverything()
    {
        // Everybody may write the temporary directory, which lies in between.
        RestartException refusal = Assert.Throws<RestartException>(() => new AllowedPrograms(_tree.Command("host/dotnet", "dotnet"), ["/"]).Choose(Second));
        Assert.Contains("everybody may write the directory /tmp", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("/", new AllowedPrograms(_tree.Command("host/dotnet", "dotnet"), ["/"]).Choose("/bin/sh").Program[..1]);
    }

    // S2: the switch comes between the check and the start.
    [Fact]
    public void Choose_TheLinkIsSwitchedAfterwards_StartsWhatWasChecked()
    {
        StartCommand command = Choose(ThroughLink, "srv/app");
        _tree.Link("srv/app/current", "../../elsewhere");
        Assert.Equal(Second, LinkResolution.Resolve(command.Program));
    }

    // E5: later the same name starts a later release.
    [Fact]
    public void Choose_ThroughALink_TheSuccessorFollowsItAtItsOwnRestarts()
    {
        StartCommand command = Choose(ThroughLink, "srv/app");
        Assert.Equal(ThroughLink, StartCommand.FindProgram(command.Arguments[0], command.WorkingDirectory, runs: command.Program, searchPath: ""));
    }

    [Theory]
    [InlineData("srv/app/current/App")]
    [InlineData("srv/app/loop")]
    [InlineData("srv/app/absolute/App")]
    [InlineData("srv/app/chain")]
    [InlineData("srv/app/dangling")]
    [InlineData("srv/app/./releases//2/")]
    [InlineData("srv/app/current/../1/App")]
    public void ResolveBySegments_AsTheKernelDoes(string name)
    {
        _tree.Link("srv/app/loop", "loop");
        _tree.Link("srv/app/absolute", _tree.At("srv/app/current"));
        _tree.Link("srv/app/chain", "absolute/../2/App");
        _tree.Link("srv/app/dangling", "nowhere");
        Assert.Equal(LinkResolution.Resolve(_tree.At(name)), LinkResolution.ResolveBySegments(_tree.At(name)));
    }

    private StartCommand Choose(string program, string directory, StartCommand? own = null) =>
        new AllowedPrograms(own ?? _tree.Command("srv/app/releases/1/App", "releases/1/App", "a"), [_tree.At(directory)]).Choose(program);
}
