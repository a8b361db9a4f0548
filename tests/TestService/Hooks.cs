using Baton;
using Baton.AspNetCore;

namespace TestService;

/// <summary>Hooks that say on standard output when they are called, and misbehave when they are told to.</summary>
internal static class Hooks
{
    internal static void AddHooks(this GracefulRestartOptions options, Behaviour behaviour)
    {
        if (!behaviour.Has("hooks"))
        {
            return;
        }

        RestartHooks hooks = options.Hooks;
        foreach (SignalAction action in Enum.GetValues<SignalAction>())
        {
            hooks.Before(action, (context, _) => Say($"before {context.Action} by {context.Trigger}"));
            hooks.After(action, (context, _) => Say($"after {context.Action} by {context.Trigger}"));
        }

        hooks.OnDeparture((context, _) => Say($"first departure, {context}"));
        hooks.OnDeparture((context, _) => Say($"second departure, {context}"));
        hooks.AfterFailedRestart((context, _) => Say($"after failed restart, {context.Restart.Failure} of {context.Restart.SuccessorPid}"));
        hooks.BeforeSuccessor((start, _) =>
        {
            start.Environment["COLOR"] = $"green {start.Generation}";
            start.Environment["BATON_HANDOVER"] = "3:1";
            start.Arguments.Add("--color=green");
            return Say($"before successor {start.Generation}");
        });
        if (behaviour.Has("throw-in-hook"))
        {
            hooks.Before(SignalAction.Shutdown, (_, _) => throw new InvalidOperationException("told to throw in a hook"));
        }

        // Of those that heed their token, and of those that do not.
        if (behaviour.Has("hang-in-hook"))
        {
            hooks.Before(SignalAction.Shutdown, (_, _) => Task.Delay(Timeout.Infinite, CancellationToken.None));
        }

        if (behaviour.Has("wait-in-hook"))
        {
            hooks.Before(SignalAction.Shutdown, async (_, cancel) => await Task.Delay(Timeout.Infinite, cancel));
        }

        if (behaviour.Has("hang-at-departure"))
        {
            hooks.OnDeparture((_, _) => Task.Delay(Timeout.Infinite, CancellationToken.None));
        }
    }

    private static Task Say(string what) => Console.Out.WriteLineAsync($"[{Environment.ProcessId}] hook: {what}");
}
