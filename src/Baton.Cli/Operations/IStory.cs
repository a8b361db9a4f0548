using Baton.Control;

namespace Baton.Cli.Operations;

/// <summary>Somebody to whom an operation is told while it goes on: a terminal, a log, a program, nobody.</summary>
internal interface IStory
{
    /// <summary>The service said something.</summary>
    void Hear(ControlAnswer answer);

    /// <summary>This program has something to say.</summary>
    void Remark(string words);

    /// <summary>Nothing more will come.</summary>
    void End();
}
