namespace Baton.AspNetCore.Admin;

/// <summary>Why a request was refused.</summary>
/// <param name="Rule">The rule, by a name that stays.</param>
/// <param name="Explanation">The same in words; nothing of this machine.</param>
/// <param name="Detail">For the log alone: what of this machine led to it.</param>
internal sealed record AdminRefusal(string Rule, string Explanation, string Detail = "")
{
    /// <summary>For the log.</summary>
    internal string Reason => Detail.Length == 0 ? Rule : $"{Rule} ({Detail})";
}
