using FsCheck;
using FsCheck.Fluent;

namespace Baton.Tests.Model;

/// <summary>
/// Random histories of a service, with every process the real lifecycle: whatever is asked, dies, hangs or comes late, in the end one process serves, or none because
/// that was asked. A history that breaks a rule is shrunk and printed with what happened in it.
/// </summary>
public class WorldTests
{
    private const int MaxSteps = 40;

    // Another one, and another number of histories, by the environment: BATON_MODEL_SEED, BATON_MODEL_TESTS.
    private static readonly ulong Seed = ulong.Parse(Environment.GetEnvironmentVariable("BATON_MODEL_SEED") ?? "20260", System.Globalization.CultureInfo.InvariantCulture);
    private static readonly int Histories = int.Parse(Environment.GetEnvironmentVariable("BATON_MODEL_TESTS") ?? "1000", System.Globalization.CultureInfo.InvariantCulture);

    private static readonly (int Weight, StepKind Kind)[] Weights =
    [
        (10, StepKind.Flush), (12, StepKind.Deliver), (12, StepKind.Run), (14, StepKind.Pass), (6, StepKind.Ready), (8, StepKind.HandOver), (4, StepKind.Restart),
        (2, StepKind.Signal), (1, StepKind.OtherProgram), (2, StepKind.Shutdown), (1, StepKind.Force), (2, StepKind.Leave), (4, StepKind.Unhealthy), (2, StepKind.RollBack), (2, StepKind.Confirm), (4, StepKind.Kill),
        (3, StepKind.Stop), (3, StepKind.Continue), (2, StepKind.StickPool), (1, StepKind.UnstickPool), (3, StepKind.FinishWork), (3, StepKind.Exit),
    ];

    public static TheoryData<string, string> Worlds =>
        [.. from surroundings in Enum.GetNames<Surroundings>() from limits in Enum.GetNames<Limits>() select (surroundings, limits)];

    [Theory]
    [MemberData(nameof(Worlds))]
    public void World_AnyHistory_EndsWithOneThatServesOrNoneAsAsked(string surroundings, string limits) =>
        Check.One(
            $"{surroundings}, {limits}, seed {Seed}",
            Config.QuickThrowOnFailure.WithMaxTest(Histories).WithReplay(Seed, 1),
            Prop.ForAll(AnyHistory(), steps => WorldRules.Run(Enum.Parse<Surroundings>(surroundings), Enum.Parse<Limits>(limits), steps)));

    private static Arbitrary<WorldStep[]> AnyHistory()
    {
        Gen<WorldStep> step =
            from kind in Gen.Frequency([.. Weights.Select(w => (w.Weight, Gen.Constant(w.Kind)))])
            from target in Gen.Choose(0, World.MaxProcesses - 1)
            from amount in Gen.Choose(0, 10)
            select new WorldStep(kind, target, amount);
        Gen<WorldStep[]> history = from length in Gen.Choose(1, MaxSteps) from steps in step.ArrayOf(length) select steps;
        return Arb.From(history, Shrink);
    }

    // Half of it first, then smaller pieces, then what each step is done to.
    private static IEnumerable<WorldStep[]> Shrink(WorldStep[] steps)
    {
        for (int piece = steps.Length / 2; piece > 0; piece /= 2)
        {
            for (int at = 0; at + piece <= steps.Length; at += piece)
            {
                yield return [.. steps[..at], .. steps[(at + piece)..]];
            }
        }

        for (int i = 0; i < steps.Length; i++)
        {
            if (steps[i].Target > 0)
            {
                yield return [.. steps[..i], steps[i] with { Target = steps[i].Target - 1 }, .. steps[(i + 1)..]];
            }

            if (steps[i].Kind is not (StepKind.Deliver or StepKind.Flush) && steps[i].Amount > 0)
            {
                yield return [.. steps[..i], steps[i] with { Amount = steps[i].Amount - 1 }, .. steps[(i + 1)..]];
            }
        }
    }
}
