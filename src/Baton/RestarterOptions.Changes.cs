using Baton.Configuration;

namespace Baton;

/// <content>What restarts the service when it changes.</content>
public partial class RestarterOptions
{
    /// <summary>
    /// Files and directories whose change restarts the service. A change is new content: the file was written, replaced by a
    /// rename, or is behind a link that was switched, as Kubernetes does. Of a directory, the files directly in it count.
    /// Relative paths belong to the current directory at the start. The same content written again is no change. A file that
    /// disappears is no change until it is back. Default empty: nothing is watched.
    /// </summary>
    public IList<string> RestartWhenChanged { get; } = [];

    /// <summary>
    /// How long the content of <see cref="RestartWhenChanged"/> must stay the same before a change counts. So many changes at
    /// once are one restart. Default 2 seconds; zero or more, finite. Baton looks once a second.
    /// </summary>
    public TimeSpan ChangeQuietTime { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The least time between two restarts because of changes. Default 30 seconds; zero or more, finite.</summary>
    public TimeSpan ChangeMinInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// What happens when the memory limit of the process's cgroup changes, as Kubernetes changes it when it resizes a pod in
    /// place. Baton looks every 5 seconds. Default <see cref="MemoryLimitPolicy.Refresh"/>. Linux only.
    /// </summary>
    public MemoryLimitPolicy WhenMemoryLimitChanges { get; set; } = MemoryLimitPolicy.Refresh;

    private void DescribeChanges(OptionVisitor o)
    {
        o.Texts(
            nameof(RestartWhenChanged),
            RestartWhenChanged,
            static path => !string.IsNullOrEmpty(path) && !path.Contains('\0'),
            "a list of paths");
        ChangeQuietTime = o.Duration(nameof(ChangeQuietTime), ChangeQuietTime, DurationRange.ZeroOrMore);
        ChangeMinInterval = o.Duration(nameof(ChangeMinInterval), ChangeMinInterval, DurationRange.ZeroOrMore);
        WhenMemoryLimitChanges = o.Choice(nameof(WhenMemoryLimitChanges), WhenMemoryLimitChanges);
    }
}
