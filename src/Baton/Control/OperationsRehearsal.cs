using System.ComponentModel;
using Baton.Lifecycle;
using Baton.Processes;

namespace Baton.Control;

/// <summary>
/// Does once, when nothing waits for it, what operations do. .NET loads an assembly when it is first used: after an upgrade that
/// has removed the framework of this process, the first status or restart would fail, exactly when people want one.
/// </summary>
internal static class OperationsRehearsal
{
    /// <summary>By then the first requests have been answered. An upgrade of the framework takes longer.</summary>
    internal static readonly TimeSpan Delay = TimeSpan.FromSeconds(3);

    /// <summary>On a thread of its own.</summary>
    internal static void Start(ControlService service) =>
        OwnThread.Start("baton-rehearsal", () => Try(service.Context, () => Run(service)));

    /// <summary>What fails is only logged: nothing depends on it yet.</summary>
    internal static void Try(LifecycleContext context, Action rehearse)
    {
        try
        {
            rehearse();
        }
        catch (Exception e)
        {
            context.Logger.RehearsalFailed(e);
        }
    }

    private static void Run(ControlService service)
    {
        ControlCodec.DecodeAnswer(ControlCodec.Encode(new ControlAnswer.Status(service.Status())));
        _ = FailureReason.Describe(new Win32Exception(0), predecessor: null);
        _ = Printable.Lines("");
        _ = ControlConnection.Describe("rehearsal, pid 1", default);
    }
}
