namespace Baton.Cli.Tests.Support;

/// <summary>The system's clock, but for the date, which is that of <see cref="Samples"/>.</summary>
internal sealed class PinnedTime : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => Samples.Now;
}
