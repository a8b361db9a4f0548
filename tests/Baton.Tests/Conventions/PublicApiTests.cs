using Baton.Tests.Support;

namespace Baton.Tests.Conventions;

public class PublicApiTests
{
    [Theory]
    [InlineData("Baton")]
    [InlineData("Baton.Hosting")]
    [InlineData("Baton.AspNetCore")]
    public void PublicApi_OfAnAssembly_IsWhatWasPromised(string assembly) =>
        Snapshot.AssertSame($"api/{assembly}.txt", new ApiPrinter().Print(Assemblies.All.Single(a => a.GetName().Name == assembly)));
}
