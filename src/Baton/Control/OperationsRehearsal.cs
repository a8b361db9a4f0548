using System.ComponentModel;
using Baton.Lifecycle;
using Baton.Processes;

namespace Baton.Control;

/// <summary>
/// Runs the code of operations once in advance. .NET loads an assembly at its first use: after an upgrade that removed this
/// process's framework, the first status or restart would fail, just when it is needed.
/// </summary>
internal static class OperationsRehearsal
{
    /// <summary>The first requests are over by then. An upgrade of the framework takes longer.</summary>
    internal static readonly TimeSpan Delay = TimeSpan.FromSeconds(3);

    /// <summary>On a thread of its own.</summary>
    internal static void Start(ControlService service) =>
        OwnThread.Start("baton-rehearsal", () => Try(service.Context, () => Run(service)));

    /// <summary>A failure is only logged: nothing depends on it yet.</summary>
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
