using Baton.Handover;

namespace Baton.Lifecycle;

/// <summary>
/// The steps from a successor that is ready to one that is told to serve, and the way back. Nobody accepts meanwhile and
/// connections wait in the kernel, so each step is bounded. Lives on the control loop.
/// </summary>
/// <param name="successor">Who is ready.</param>
/// <param name="generation">Its own.</param>
/// <param name="context">What it works with.</param>
/// <param name="happened">Gets what comes of it.</param>
internal sealed class CommitSteps(ISuccessor successor, int generation, LifecycleContext context, Action<RestartEvent, RestartFault?> happened)
{
    private RestarterOptions Options => context.Options;

    /// <summary>
    /// Closes the gate and passes on what only one process may use. What else must end or be saved before that belongs between
    /// the two: services that only one process may run, then state.
    /// </summary>
    internal void Begin()
    {
        context.Try(context.Endpoints.CloseGate);
        context.Try(() => context.Endpoints.NameMain(successor.Pid));
        context.Feed.Publish(new LifecycleEvent.HandingOver(successor.Pid, generation, Options.Probation));
        bool loads;
        try
        {
            loads = successor.PassAtCommit();
        }
        catch (Exception e)
        {
            Fail("could not be passed what only one process may use", e);
            return;
        }

        if (loads)
        {
            happened(RestartEvent.ResourcesSent, null);
        }
        else
        {
            TellToServe();
        }
    }

    /// <summary>The last step: the successor has all that it needs.</summary>
    internal void TellToServe()
    {
        try
        {
            successor.Commit(Options.Probation, Heartbeat.IntervalOf(Options));
        }
        catch (Exception e)
        {
            Fail("could not be told to serve", e);
            return;
        }

        happened(RestartEvent.Committed, null);
    }

    /// <summary>
    /// The successor never learned that it may serve, so it does not, and is killed before: this process goes on where it stopped.
    /// </summary>
    internal void GoBack()
    {
        context.Try(context.Endpoints.OpenGate);
        context.Try(() => context.Endpoints.NameMain(Environment.ProcessId));
        context.Feed.Publish(new LifecycleEvent.ServesAgain(generation - 1));
    }

    private void Fail(string what, Exception cause)
    {
        RestartFailure failure = (cause as RestartException)?.Failure ?? RestartFailure.ProtocolError;
        string full = $"was ready, but {what}: {cause.Message}";
        happened(RestartEvent.CommitFailed, new RestartFault(failure, full) { KillAfter = TimeSpan.Zero });
    }
}
