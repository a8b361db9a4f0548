namespace Baton.Cli.Running;

/// <summary>When a service whose last process has ended is started again.</summary>
internal enum RestartPolicy
{
    /// <summary>After a crash, once it has served.</summary>
    OnFailure,

    /// <summary>Whatever its exit code, unless <c>baton run</c> was asked to stop.</summary>
    Always,

    /// <summary>Never.</summary>
    Never,
}

/// <summary>What <c>baton run</c> was asked for.</summary>
/// <param name="Command">The program and its arguments.</param>
internal sealed record RunOptions(IReadOnlyList<string> Command)
{
    internal static readonly TimeSpan UsualBackOff = TimeSpan.FromSeconds(1);
    internal static readonly TimeSpan UsualLongestBackOff = TimeSpan.FromSeconds(30);
    internal static readonly TimeSpan UsualResetAfter = TimeSpan.FromSeconds(60);

    internal RestartPolicy Restart { get; init; }

    /// <summary>The wait after the second crash in a row. Each further one doubles it.</summary>
    internal TimeSpan BackOff { get; init; } = UsualBackOff;

    internal TimeSpan LongestBackOff { get; init; } = UsualLongestBackOff;

    /// <summary>A crash after serving for so long is the first one again.</summary>
    internal TimeSpan ResetAfter { get; init; } = UsualResetAfter;

    /// <summary>After so many crashes in a row it is not started again; 0 for no limit.</summary>
    internal int GiveUp { get; init; }

    /// <summary>Whether each line of the service's output gets the time and the process that wrote it.</summary>
    internal bool Prefix { get; init; }

    /// <summary>The service's name; null for its own.</summary>
    internal string? Name { get; init; }

    /// <summary>Whether it is started also where a service of that name runs.</summary>
    internal bool Beside { get; init; }

    /// <summary>The wait after a number of crashes in a row: none after the first one.</summary>
    internal TimeSpan DelayAfter(int crashes)
    {
        if (crashes <= 1)
        {
            return TimeSpan.Zero;
        }

        double doubled = BackOff.TotalMilliseconds * Math.Pow(2, crashes - 2);
        return doubled < LongestBackOff.TotalMilliseconds ? TimeSpan.FromMilliseconds(doubled) : LongestBackOff;
    }
}
