using System.Reflection;
using System.Text.RegularExpressions;
using Baton.Tests.Support;
using NetArchTest.Rules;

namespace Baton.Tests.Conventions;

/// <summary>Which part may use which.</summary>
public class DependencyTests
{
    private static readonly string[] Folders = ["Configuration", "Control", "Handover", "Interop", "Judging", "Lifecycle", "Processes", "Resources", "Systemd", "Telemetry", "Watching"];

    [Fact]
    public void Core_References_TheFrameworkAndLoggingAbstractionsOnly() =>
        Assert.All(References(Assemblies.Core), name => Assert.True(
            name == "Microsoft.Extensions.Logging.Abstractions" || name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("Microsoft.Win32.", StringComparison.Ordinal),
            name));

    [Fact]
    public void Hosting_OfOurs_ReferencesCoreOnly() => Assert.Equal(["Baton"], Ours(Assemblies.Hosting));

    [Fact]
    public void AspNetCore_OfOurs_ReferencesCoreAndHosting() => Assert.Equal(["Baton", "Baton.Hosting"], Ours(Assemblies.AspNetCore));

    [Fact]
    public void Cli_References_CoreAndItsTwoPackagesOnly() =>
        Assert.All(References(Assemblies.Cli), name => Assert.True(name is "Baton" or "Spectre.Console" || name.StartsWith("System.", StringComparison.Ordinal), name));

    [Fact]
    public void Cli_IsAProgram_WithoutAnythingPublic() => Assert.Empty(Assemblies.Cli.GetExportedTypes());

    // They pass a descriptor on, between the channel and the registry, and do nothing with it.
    private static readonly string[] PassDescriptorsOn = ["Baton.Lifecycle.ReturnedSuccessor", "Baton.Lifecycle.SuccessorRole"];

    [Theory]
    [InlineData("Interop")]
    [InlineData("Judging")]
    [InlineData("Configuration", "Processes")]
    [InlineData("Processes", "Interop")]
    [InlineData("Resources", "Interop")]
    [InlineData("Handover", "Judging", "Interop", "Resources", "Processes")]
    [InlineData("Lifecycle", "Judging", "Handover", "Resources", "Processes")]
    [InlineData("Control", "Handover", "Interop", "Lifecycle", "Resources", "Processes")]
    [InlineData("Systemd", "Interop", "Lifecycle", "Resources", "Processes")]
    [InlineData("Telemetry", "Judging", "Handover", "Lifecycle")]
    [InlineData("Watching", "Interop", "Processes")]
    public void Folder_OfTheCore_UsesOnlyThoseBelowIt(string folder, params string[] below)
    {
        string[] above = [.. Folders.Except([folder, .. below]).Select(other => $"Baton.{other}")];
        NetArchTest.Rules.TestResult result = Types.InAssembly(Assemblies.Core).That().ResideInNamespace($"Baton.{folder}").ShouldNot().HaveDependencyOnAny(above).GetResult();
        Assert.Empty((result.FailingTypeNames ?? []).Except(PassDescriptorsOn));
    }

    [Fact]
    public void Core_Folders_AreAllInTheTable() =>
        Assert.Equal(
            Folders,
            Repository.SourceFiles("src/Baton").Select(f => f.Split('/')[2]).Where(f => !f.EndsWith(".cs", StringComparison.Ordinal)).Distinct().Order());

    [Fact]
    public void Files_ThatImportNativeFunctions_AreInInteropOnly() =>
        Assert.All(
            Repository.SourceFiles("src").Where(f => Regex.IsMatch(Repository.Read(f), @"\[(LibraryImport|DllImport)\b")),
            file => Assert.StartsWith("src/Baton/Interop/", file, StringComparison.Ordinal));

    private static IEnumerable<string> References(Assembly assembly) => assembly.GetReferencedAssemblies().Select(r => r.Name!);

    private static IEnumerable<string> Ours(Assembly assembly) => References(assembly).Where(r => r.StartsWith("Baton", StringComparison.Ordinal)).Order();
}
