namespace Baton.Cli.Running;

/// <summary>What <see cref="Supervision"/> decides takes effect here. Tests replace it.</summary>
internal interface IServiceParent
{
    /// <summary>Starts the first process of the service.</summary>
    /// <exception cref="Baton.Cli.CommandLine.CommandException">It can't be started.</exception>
    /// <returns>Its pid.</returns>
    int Start();

    /// <summary>Whether a process descends from this one.</summary>
    bool IsOurs(int pid);

    /// <summary>Whether a process exists.</summary>
    bool Lives(int pid);

    /// <summary>Whether a process catches or ignores a signal.</summary>
    bool Handles(int pid, int signal);

    void Signal(int pid, int signal);

    /// <summary>Stops the process group, and this process until somebody continues it.</summary>
    void Suspend(int group);

    /// <summary>Continues the process group.</summary>
    void Continue(int group);

    /// <summary>From now on no listener is held.</summary>
    void HoldNothing();

    /// <summary>Tells people, and the service manager above.</summary>
    void Say(string line);
}
