using Baton.Processes;
using Baton.Resources;

namespace Baton.Lifecycle;

/// <summary>The state of this process, saved and loaded on threads of their own.</summary>
internal sealed class PassedState(StateStore store, RestarterOptions options) : IPassedState
{
    public IReadOnlyList<string> Names => [.. store.Items.Select(i => i.Name)];

    public bool SuccessorLoads => store.SuccessorLoads;

    public IReadOnlyList<string> WantedBack =>
        store.SuccessorLoads ? [.. store.Items.Where(i => i.Options.TakesBack).Select(i => i.Name)] : [];

    public IStateRun Save(Func<string, bool> which, Action<string?> ended)
    {
        StateSaving saving = store.Save(item => which(item.Name), options.MaxStateSize, Describe);
        return Run.Begin(saving.Run, ended, saving.GiveUp, succeeded =>
        {
            if (succeeded)
            {
                store.Keep(saving);
            }
            else
            {
                saving.Drop();
            }
        });
    }

    public IStateRun Load(IReadOnlyList<StateRow> rows, bool handedBack, Action<string?> ended)
    {
        StateLoading loading = store.Load(rows, handedBack, options.MaxStateSize, Describe);
        return Run.Begin(loading.Run, ended, loading.GiveUp, _ => { });
    }

    public void Forget() => store.Forget();

    private static string Describe(Exception exception) => FailureReason.Describe(exception, predecessor: null);

    private sealed class Run(Func<string, string?> giveUp, Action<bool> end) : IStateRun
    {
        private readonly CancellationTokenSource _givenUp = new();

        /// <exception cref="RestartException">No thread is available.</exception>
        internal static Run Begin(
            Func<CancellationToken, string?> work, Action<string?> ended, Func<string, string?> giveUp, Action<bool> end)
        {
            var run = new Run(giveUp, end);
            OwnThread.Start("baton-state", () => ended(work(run._givenUp.Token)));
            return run;
        }

        public string? GiveUp(string late)
        {
            // Not on this thread: the application may have registered callbacks.
            _ = _givenUp.CancelAsync();
            return giveUp(late);
        }

        public void End(bool succeeded) => end(succeeded);
    }
}
