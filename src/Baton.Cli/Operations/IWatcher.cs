using Baton.Cli.Discovery;
using Baton.Control;

namespace Baton.Cli.Operations;

/// <summary>Shows a service that is watched: to a terminal, a log, or a program.</summary>
internal interface IWatcher
{
    /// <summary>The current status of the service.</summary>
    void Show(FoundService service, ControlAnswer line);

    /// <summary>The service sent an event.</summary>
    void Report(ControlAnswer answer);

    /// <summary>The watching is over.</summary>
    void End();
}
