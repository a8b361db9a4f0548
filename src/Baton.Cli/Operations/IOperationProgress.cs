using Baton.Control;

namespace Baton.Cli.Operations;

/// <summary>Shows an operation while it runs: to a terminal, a log, a program, or nobody.</summary>
internal interface IOperationProgress
{
    /// <summary>The service sent an answer.</summary>
    void Report(ControlAnswer answer);

    /// <summary>A remark of this program itself.</summary>
    void Note(string text);

    /// <summary>The operation is over.</summary>
    void End();
}
