namespace Baton.AspNetCore.Admin;

/// <summary>Why a request was refused.</summary>
/// <param name="Rule">The rule. Its name is part of the API.</param>
/// <param name="Explanation">The reason, without details of this machine.</param>
/// <param name="Detail">Details of this machine, for the log only.</param>
internal sealed record AdminRefusal(string Rule, string Explanation, string Detail = "")
{
    /// <summary>The reason for the log.</summary>
    internal string Reason => Detail.Length == 0 ? Rule : $"{Rule} ({Detail})";
}
