using Baton.Configuration;

namespace Baton;

/// <content>Taking over from a process that has not started this one.</content>
public partial class RestarterOptions
{
    /// <summary>
    /// Whether this process, started by anybody, takes over from one that serves under the same <see cref="Name"/>: it finds that
    /// one's control socket in <see cref="RestartControlOptions.Directory"/>, and gets listeners and state as a successor does.
    /// Both must be of one user. The old process drains, and ends with exit code 0. Default
    /// <see cref="TakeOverPolicy.Never"/>: it starts as a first process. <see cref="TakeOverPolicy.Auto"/>: it takes over if
    /// there is one, and does not start if that one refuses. <see cref="TakeOverPolicy.Require"/>: it does not start either if
    /// there is none. Has no effect in a process that its predecessor has started. Linux only.
    /// </summary>
    public TakeOverPolicy TakeOver { get; set; } = TakeOverPolicy.Never;

    private void DescribeTakeOver(OptionVisitor o) => TakeOver = o.Choice(nameof(TakeOver), TakeOver);
}
