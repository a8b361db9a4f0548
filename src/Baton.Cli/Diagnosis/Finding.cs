namespace Baton.Cli.Diagnosis;

/// <summary>One thing that <c>baton doctor</c> looked at.</summary>
/// <param name="IsGood">Whether nothing has to be done.</param>
/// <param name="About">The service or the path.</param>
/// <param name="Explanation">What it is, or what is wrong.</param>
/// <param name="Remedy">The command that mends it, or what to do; empty if it is good.</param>
internal sealed record Finding(bool IsGood, string About, string Explanation, string Remedy)
{
    internal static Finding Good(string about, FormattableString explanation) =>
        new(true, about, Wording.Say(explanation), "");

    internal static Finding Bad(string about, FormattableString explanation, FormattableString remedy) =>
        new(false, about, Wording.Say(explanation), Wording.Say(remedy));
}
