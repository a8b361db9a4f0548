using Baton.Cli.Discovery;
using Baton.Control;

namespace Baton.Cli.Operations;

/// <summary>Somebody who watches a service: a terminal, a log, a program.</summary>
internal interface IWatcher
{
    /// <summary>How it is now.</summary>
    void Show(FoundService service, ControlAnswer line);

    /// <summary>Something happened.</summary>
    void Hear(ControlAnswer answer);

    /// <summary>Nothing more will come.</summary>
    void End();
}
