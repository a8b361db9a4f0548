using RestartLoad.Restarts;

namespace RestartLoad.Output;

/// <summary>Shows how a run gets on.</summary>
internal interface IRunDisplay : IRestartObserver
{
    /// <summary>Shows until <paramref name="run"/> ends, however it ends; its exceptions are its owner's.</summary>
    Task ShowAsync(Task run);
}
