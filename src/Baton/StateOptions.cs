namespace Baton;

/// <summary>How one item of state goes over.</summary>
public sealed class StateOptions
{
    /// <summary>
    /// The version of the form that <c>save</c> writes. Raise it when that form changes. Default 1; any number.
    /// </summary>
    public int Version { get; set; } = 1;

    /// <summary>
    /// The oldest version that <c>load</c> understands. A restart whose state has a version below it, or above
    /// <see cref="Version"/>, is backed out before <c>load</c> is called. Default null: only <see cref="Version"/> itself.
    /// </summary>
    public int? OldestVersion { get; set; }

    /// <summary>
    /// Whether the restart goes on without this item where it can't be saved: <c>save</c> throws, is not done within
    /// <see cref="RestarterOptions.StateTimeout"/>, or writes more than <see cref="RestarterOptions.MaxStateSize"/>. The
    /// successor starts without it, and both processes log that. Default false: the restart is backed out.
    /// </summary>
    public bool IsOptional { get; set; }

    /// <summary>
    /// What this process goes on with when it serves again after a roll back. False, the default: with what it had when it handed
    /// over. True: with what the successor hands back, if that lives and can save it, which <c>load</c> is then called with. A
    /// successor that was killed, crashed or hangs hands nothing back; its changes are lost, and the restart's outcome says so.
    /// </summary>
    public bool TakesBack { get; set; }

    internal bool Understands(int version) => version >= (OldestVersion ?? Version) && version <= Version;
}
