using Baton.Judging;
using FsCheck;
using FsCheck.Fluent;

namespace Baton.Tests.Judging;

/// <summary>
/// Releases of services of any kind: a good one is never rolled back, however noisy its service is; of bad ones most are. More of them by the environment: BATON_MODEL_TESTS.
/// </summary>
public class ReleasesTests
{
    private static readonly int Releases = int.Parse(Environment.GetEnvironmentVariable("BATON_MODEL_TESTS") ?? "200", System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public void GoodRelease_OfANoisyService_IsNeverRolledBack() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(Releases).WithReplay(16, 1),
        Prop.ForAll(Arb.From(Gen.Choose(0, int.MaxValue - 1)), seed =>
        {
            ProbationJudgement judgement = Judge(seed, Fault.None);
            Assert.True(judgement.Kind != JudgementKind.Bad, $"seed {seed}: {judgement}");
        }));

    // Not of each: its path may have had too few requests in ten seconds, or fail and stall as much before.
    [Theory]
    [InlineData(nameof(Fault.FailsAFifth))]
    [InlineData(nameof(Fault.IsSlow))]
    public void BadRelease_OfANoisyService_IsMostlyRolledBack(string fault)
    {
        int[] seeds = [.. Enumerable.Range(1, 100)];
        int found = seeds.Count(seed => Judge(seed, Enum.Parse<Fault>(fault)).Kind == JudgementKind.Bad);
        Assert.InRange(found, 50, 100);
    }

    private static ProbationJudgement Judge(int seed, Fault fault)
    {
        var service = new SimulatedService(seed);
        TrafficBaseline before = service.Before();
        TrafficPart[] parts = service.Probation(fault);

        // After each second, as in a probation: the first judgement that is bad ends it.
        return Enumerable.Range(1, parts.Length).Select(n => TrafficJudge.Decide(Traffic.Rules, before, parts[..n])).FirstOrDefault(j => j.Kind == JudgementKind.Bad)
            ?? TrafficJudge.Decide(Traffic.Rules, before, parts);
    }
}
