using Xunit.v3;

namespace Baton.ProcessTests.Service;

/// <summary>
/// Starts the test service as an application for the shared framework, whose code the runtime compiles again while it runs, and not the native build. Tests that say so have the trait <c>Build: JIT</c>.
/// </summary>
/// <param name="because">What only that build has, or the area that is proven with both: this class with the one, all others of the area with the other.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
internal sealed class JitAttribute(string because) : Attribute, ITraitAttribute
{
    internal string Because { get; } = because;

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("Build", "JIT")];
}
