namespace Baton;

/// <summary>A part of a restart.</summary>
/// <param name="Name">
/// What was done: <c>hooks</c>, <c>check</c>, <c>spawn</c> (until the successor spoke), then what the successor said it was doing, then <c>commit</c> and <c>probation</c>; in a
/// complete restart <c>drain</c> and <c>spawn</c>.
/// </param>
/// <param name="Detail">The last that was heard in it, such as a health report; empty for nothing.</param>
/// <param name="Duration">How long it took.</param>
public sealed record RestartPhase(string Name, string Detail, TimeSpan Duration)
{
    internal string Words => Detail.Length == 0 ? Name : $"{Name}: {Detail}";
}
