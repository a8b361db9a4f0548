using System.Runtime.CompilerServices;
using Baton.Tests.Support;
using PublicApiGenerator;

namespace Baton.Tests.Conventions;

public class PublicApiTests
{
    private static readonly ApiGeneratorOptions s_options = new()
    {
        IncludeAssemblyAttributes = false,

        // Its argument is a name that the compiler chooses.
        ExcludeAttributes = [typeof(AsyncIteratorStateMachineAttribute).FullName!],
    };

    [Theory]
    [InlineData("Baton")]
    [InlineData("Baton.Hosting")]
    [InlineData("Baton.AspNetCore")]
    public void PublicApi_OfAnAssembly_IsWhatWasPromised(string assembly) =>
        Snapshot.AssertSame($"api/{assembly}.txt", Assemblies.All.Single(a => a.GetName().Name == assembly).GeneratePublicApi(s_options) + "\n");
}
