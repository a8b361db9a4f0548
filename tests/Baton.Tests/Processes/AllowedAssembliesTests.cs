using Baton.Processes;
using Baton.Tests.Support;

namespace Baton.Tests.Processes;

/// <summary>S2, E7: executables and assemblies, asked of processes that are either. The table is in <see cref="AllowedPrograms"/>.</summary>
public sealed class AllowedAssembliesTests : IDisposable
{
    private readonly ReleaseTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Theory]
    [InlineData("dotnet current/App.dll a b", "srv/app/releases/2/App.dll", "dotnet {0}/srv/app/releases/2/App.dll a b")]
    [InlineData("dotnet exec --roll-forward Major current/App.dll a.dll", "srv/app/releases/2/App.dll", "dotnet exec --roll-forward Major {0}/srv/app/releases/2/App.dll a.dll")]
    [InlineData("dotnet --additional-deps x.dll current/App.dll", "srv/app/releases/2/App.dll", "dotnet --additional-deps x.dll {0}/srv/app/releases/2/App.dll")]
    [InlineData("dotnet exec current/App.dll --check x", "srv/app/releases/2/App", "{0}/srv/app/releases/2/App --check x")]
    public void Choose_OfAProcessThatTheHostRuns_ReplacesTheAssembly(string words, string asked, string started)
    {
        StartCommand command = Choose("host/dotnet", words, asked);
        Assert.Equal(_tree.In(started), string.Join(' ', command.Arguments));
        Assert.Equal(_tree.At(asked.EndsWith(".dll", StringComparison.Ordinal) ? "host/dotnet" : asked), command.Program);
    }

    // Not through the link, which the host would follow only when it starts.
    [Fact]
    public void Choose_AnAssemblyThroughALink_IsTheFileItLedTo()
    {
        _tree.Link("srv/app/next", "releases/2");
        Assert.Equal(_tree.In("dotnet {0}/srv/app/releases/2/App.dll"), string.Join(' ', Choose("host/dotnet", "dotnet current/App.dll", "srv/app/next/App.dll").Arguments));
    }

    [Fact]
    public void Choose_TheOwnAssembly_IsTheOwnCommand() =>
        Assert.Equal("dotnet current/App.dll", string.Join(' ', Choose("host/dotnet", "dotnet current/App.dll", "srv/app/current/App.dll").Arguments));

    [Fact]
    public void Choose_AnAssemblyOfAProcessThatIsAnExecutable_IsRefused()
    {
        RestartException refusal = Assert.Throws<RestartException>(() => Choose("srv/app/current/App", "App a", "srv/app/releases/2/App.dll"));
        Assert.Equal(RestartFailure.ProgramRefused, refusal.Failure);
        Assert.Contains("it is an assembly, and this process was not started by the dotnet host", refusal.Message, StringComparison.Ordinal);
    }

    // A host runs whatever the first argument names.
    [Fact]
    public void Choose_TheHostItself_IsNotTheOwnProgram()
    {
        RestartException refusal = Assert.Throws<RestartException>(() => Choose("host/dotnet", "dotnet current/App.dll", "host/dotnet"));
        Assert.Contains($"Allowed is the program of this process, {_tree.At("srv/app/current/App.dll")}", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("App x.dll", null)] // an executable with an argument
    [InlineData("dotnet", null)]
    [InlineData("dotnet exec", null)]
    [InlineData("dotnet exec --depsfile", null)]
    [InlineData("dotnet run", null)]
    [InlineData("dotnet x.dll", 1)]
    [InlineData("dotnet X.DLL y.dll", 1)]
    [InlineData("dotnet exec --depsfile d.json --runtimeconfig r.json x.dll", 6)]
    public void AssemblyIndex_OfACommandLine_IsWhereTheAssemblyIs(string words, int? index) =>
        Assert.Equal(index, DotnetHost.AssemblyIndex(_tree.Command(words.StartsWith("dotnet", StringComparison.Ordinal) ? "host/dotnet" : "srv/app/current/App", words.Split(' '))));

    [Fact]
    public void AssemblyIndex_ALinkToTheHost_IsTheHost()
    {
        _tree.Link("elsewhere/net", "../host/dotnet");
        Assert.Equal(1, DotnetHost.AssemblyIndex(_tree.Command("elsewhere/net", "net", "x.dll")));
    }

    private StartCommand Choose(string program, string words, string asked) =>
        new AllowedPrograms(_tree.Command(program, words.Split(' ')), [_tree.At("srv/app")]).Choose(_tree.At(asked));
}
