using Baton.Cli.Discovery;
using Baton.Cli.Output;
using Baton.Control;

namespace Baton.Cli.Operations;

/// <summary>The answers of a service as text, for plain and live progress.</summary>
internal static class ProgressText
{
    internal static string Begin(FoundService service, ControlCommand command)
    {
        string doing = command switch
        {
            ControlCommand.Restart => "Restarting",
            ControlCommand.Shutdown => "Shutting down",
            ControlCommand.Force => "Forcing",
            ControlCommand.RollBack => "Rolling back",
            ControlCommand.Confirm => "Confirming",
            _ => "Checking",
        };
        RestartStatus status = service.Status;
        string version = status.Version.Length == 0 ? "" : $", version {status.Version}";
        return Wording.Say($"{doing} {status.Name}: process {status.Pid}, generation {status.Generation}{version}");
    }

    internal static string Of(ControlAnswer.Phase phase) =>
        phase.Detail.Length == 0 ? phase.Name.Text : $"{phase.Name}: {phase.Detail}";

    internal static string Of(ControlAnswer.State state) =>
        Wording.Say($"process {state.Pid}, generation {state.Generation}: {state.Previous} -> {state.Now}");

    internal static string Of(ControlAnswer.Successor successor) =>
        Wording.Say($"started process {successor.Pid}, generation {successor.Generation}");

    /// <summary><c>2 requests, 3 connections</c>; <c>nothing open</c>.</summary>
    internal static string OpenWork(GenerationStatus generation)
    {
        int connections = generation.Connections.Values.Sum();
        return (generation.RequestCount, connections) switch
        {
            (0, 0) => "nothing open",
            (0, _) => Wording.Count(connections, "connection"),
            (_, 0) => Wording.Count(generation.RequestCount, "request"),
            _ => $"{Wording.Count(generation.RequestCount, "request")}, {Wording.Count(connections, "connection")}",
        };
    }

    /// <summary>The time left until the drain timeout.</summary>
    internal static string TimeLeft(ControlAnswer.Drain drain) =>
        drain.Limit is { } limit ? $", at most {Wording.Of(limit - drain.Elapsed)} left" : ", no limit";
}
