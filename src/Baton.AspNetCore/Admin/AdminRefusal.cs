namespace Baton.AspNetCore.Admin;

/// <summary>Why a request was refused.</summary>
/// <param name="Rule">The rule, by a name that stays.</param>
/// <param name="Explanation">The same in words; nothing of this machine.</param>
internal sealed record AdminRefusal(string Rule, string Explanation);
