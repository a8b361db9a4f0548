namespace Baton;

/// <summary>The phases of a restart that Baton itself knows.</summary>
public enum RestartPhaseKind
{
    /// <summary>
    /// The application's own, see <see cref="Restarter.ReportProgress"/>; or one that an older or newer version of Baton
    /// reported.
    /// </summary>
    Other,

    /// <summary>The hooks before the restart.</summary>
    Hooks,

    /// <summary>The new program checks itself.</summary>
    Check,

    /// <summary>The successor was started, and has not spoken yet; in a complete restart its start.</summary>
    Spawn,

    /// <summary>The successor builds its host.</summary>
    Starting,

    /// <summary>The successor starts its hosted services.</summary>
    HostedServices,

    /// <summary>Its health checks.</summary>
    Health,

    /// <summary>What the application waits for.</summary>
    Callbacks,

    /// <summary>The requests of the warm-up.</summary>
    WarmUp,

    /// <summary>The successor waits for its other servers.</summary>
    Servers,

    /// <summary>From the moment in which the successor was ready until it serves.</summary>
    Commit,

    /// <summary>The predecessor stops the services that only one process may run, before the commit.</summary>
    Services,

    /// <summary>The predecessor saves its state, before the commit.</summary>
    State,

    /// <summary>The successor serves, and the predecessor can take over again.</summary>
    Probation,

    /// <summary>In a complete restart: the open work finishes.</summary>
    Drain,

    /// <summary>In traces of the successor: from its start until its predecessor answered.</summary>
    Start,

    /// <summary>In traces of the successor: it is ready, and waits for its predecessor.</summary>
    Ready,
}
