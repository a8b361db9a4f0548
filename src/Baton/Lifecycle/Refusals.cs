using System.Globalization;

namespace Baton.Lifecycle;

/// <summary>The text for each reason to refuse a restart.</summary>
internal static class Refusals
{
    internal static string Describe(RestartFailure refusal, int? successorPid)
    {
        string pid = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        string successor = successorPid?.ToString(CultureInfo.InvariantCulture) ?? "unknown";
        return refusal switch
        {
            RestartFailure.NotReady => $"process {pid} is still starting",
            RestartFailure.InProgress => $"another restart is in progress, successor {successor}; process {pid} keeps serving",
            RestartFailure.AlreadyHandedOver => $"process {pid} has handed over to process {successor}; ask that one",
            RestartFailure.Stopping => $"process {pid} is shutting down",
            _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, "Not a refusal."),
        };
    }
}
