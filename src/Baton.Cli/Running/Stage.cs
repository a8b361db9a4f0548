namespace Baton.Cli.Running;

/// <summary>Where a service below <c>baton run</c> is.</summary>
internal enum Stage
{
    /// <summary>A process is in charge.</summary>
    Running,

    /// <summary>It has died. Another one lives that may take over, and says so if it does.</summary>
    TakingOver,

    /// <summary>No process can serve. The next one is started when the time is over.</summary>
    BackingOff,

    /// <summary>The service has ended, and older generations finish their work.</summary>
    Ending,
}
