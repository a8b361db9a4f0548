namespace Baton.Lifecycle;

/// <summary>
/// The time between the request for a shutdown and its begin. The process serves connected clients, and accepts new ones if the
/// options say so. Lives on the control loop.
/// </summary>
internal sealed class ShutdownGrace(LifecycleContext context, Action stopAccepting, Action over)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);

    private bool _accepts;
    private bool _over;

    internal void Begin(TimeSpan time, bool accepts)
    {
        _accepts = accepts && time > TimeSpan.Zero;
        if (!_accepts)
        {
            stopAccepting();
        }

        if (time <= TimeSpan.Zero)
        {
            End();
            return;
        }

        context.Logger.ShutdownGraceBegun(Environment.ProcessId, time.TotalSeconds, _accepts ? "accepts, and serves" : "serves");
        context.Loop.Schedule(time, End);
        if (!_accepts)
        {
            EndIfNobodyIsConnected();
        }
    }

    /// <summary>Ends the grace, also before its time.</summary>
    internal void End()
    {
        if (_over)
        {
            return;
        }

        _over = true;
        if (_accepts)
        {
            stopAccepting();
        }

        over();
    }

    private void EndIfNobodyIsConnected()
    {
        if (_over)
        {
            return;
        }

        if (context.OpenWork is { CountsConnections: true, Total: { Connections: 0, Requests: 0 } })
        {
            End();
        }
        else
        {
            context.Loop.Schedule(LookInterval, EndIfNobodyIsConnected);
        }
    }
}
