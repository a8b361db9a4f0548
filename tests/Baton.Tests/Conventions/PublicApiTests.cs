using Baton.Tests.Support;
using PublicApiGenerator;

namespace Baton.Tests.Conventions;

public class PublicApiTests
{
    private static readonly ApiGeneratorOptions s_options = new() { IncludeAssemblyAttributes = false };

    [Theory]
    [InlineData("Baton")]
    [InlineData("Baton.Hosting")]
    [InlineData("Baton.AspNetCore")]
    public void PublicApi_OfAnAssembly_IsWhatWasPromised(string assembly) =>
        Snapshot.AssertSame($"api/{assembly}.txt", Assemblies.All.Single(a => a.GetName().Name == assembly).GeneratePublicApi(s_options) + "\n");
}
