namespace Baton;

/// <summary>
/// The names of Baton's metrics and traces, for <c>AddMeter</c>, <c>AddSource</c>, views and alerts. They are a contract, as the
/// ids of log lines are. docs/observability.md describes units and values.
/// </summary>
public static class BatonTelemetry
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "Baton";

    /// <summary>The tag of ASP.NET Core's own metric on requests that the warm-up sends.</summary>
    internal const string WarmUpTag = "baton.warm_up";

    /// <summary>Names of instruments.</summary>
    public static class Metrics
    {
        /// <summary>
        /// Counter, <c>{restart}</c>: restarts that have ended, by <see cref="Attributes.Outcome"/>; failed ones also by
        /// <see cref="Attributes.ErrorType"/>.
        /// </summary>
        public const string Restarts = "baton.restarts";

        /// <summary>
        /// Histogram, <c>s</c>: the time from the request to the outcome, with the probation, by
        /// <see cref="Attributes.Outcome"/>. Without refused restarts.
        /// </summary>
        public const string RestartDuration = "baton.restart.duration";

        /// <summary>
        /// Histogram, <c>s</c>: the time from the request to the commit, for restarts by handover that reached it.
        /// </summary>
        public const string HandoverDuration = "baton.handover.duration";

        /// <summary>Histogram, <c>s</c>: the time of each phase, by <see cref="Attributes.Phase"/>.</summary>
        public const string PhaseDuration = "baton.restart.phase.duration";

        /// <summary>Gauge, <c>{generation}</c>: 1 for the first process, one more with every restart.</summary>
        public const string Generation = "baton.generation";

        /// <summary>
        /// Up-down counter, <c>{process}</c>: 1 for the current state of this process, 0 for all others, by
        /// <see cref="Attributes.State"/>.
        /// </summary>
        public const string State = "baton.state";

        /// <summary>
        /// Gauge, <c>s</c>: the time left of the probation in which this process takes part; absent without one.
        /// </summary>
        public const string ProbationRemaining = "baton.probation.remaining";

        /// <summary>
        /// Up-down counter, <c>{connection}</c>: connections of processes that finish their work, this one and older ones, by
        /// <see cref="Attributes.Generation"/>.
        /// </summary>
        public const string DrainingConnections = "baton.draining.connections";

        /// <summary>
        /// Up-down counter, <c>{request}</c>: their requests in progress, by <see cref="Attributes.Generation"/>.
        /// </summary>
        public const string DrainingRequests = "baton.draining.requests";

        /// <summary>
        /// Up-down counter, <c>{request}</c>: what lives long in this process, by <see cref="Attributes.Kind"/>.
        /// </summary>
        public const string LongLived = "baton.long_lived";

        /// <summary>
        /// Counter, <c>{request}</c>: what lived long and was ended by a drain of this process, by <see cref="Attributes.Kind"/>
        /// and <see cref="Attributes.Ending"/>.
        /// </summary>
        public const string LongLivedEnded = "baton.long_lived.ended";

        /// <summary>Counter, <c>{connection}</c>: connections with work in progress that this process has cut.</summary>
        public const string ForcedConnections = "baton.forced.connections";

        /// <summary>Counter, <c>{request}</c>: requests that this process has cut.</summary>
        public const string ForcedRequests = "baton.forced.requests";

        /// <summary>
        /// Counter, <c>{connection}</c>: idle connections that have moved from this process to the one that serves.
        /// </summary>
        public const string MovedConnections = "baton.moved.connections";
    }

    /// <summary>
    /// Names of spans. Parts of a restart are named after their phase; a phase that Baton does not know is <c>other</c>.
    /// </summary>
    public static class Spans
    {
        /// <summary>
        /// A restart, in the process that was asked, from the request to the outcome. The successor's parts are its children too.
        /// </summary>
        public const string Restart = "restart";

        /// <summary>The drain: from the moment a process stops accepting until it has nothing left to do.</summary>
        public const string Drain = "drain";
    }

    /// <summary>Names of attributes.</summary>
    public static class Attributes
    {
        /// <summary><c>succeeded</c>, <c>failed</c>, <c>rolled_back</c> or <c>refused</c>.</summary>
        public const string Outcome = "baton.outcome";

        /// <summary>The reason of a failed restart: a <see cref="RestartFailure"/> such as <c>ready_timed_out</c>.</summary>
        public const string ErrorType = "error.type";

        /// <summary>One of the phases that Baton knows, or <c>other</c>.</summary>
        public const string Phase = "baton.phase";

        /// <summary>Of a span: the last detail that its phase reported.</summary>
        public const string Detail = "baton.phase.detail";

        /// <summary>A <see cref="ProcessState"/> such as <c>on_probation</c>.</summary>
        public const string State = "baton.state";

        /// <summary>A generation; for the span of a restart the successor's.</summary>
        public const string Generation = "baton.generation";

        /// <summary>
        /// A kind of <see cref="GenerationStatus.LongLived"/>, such as <c>websocket</c>.
        /// </summary>
        public const string Kind = "baton.kind";

        /// <summary><c>closed</c> in the way of its protocol, or <c>cut</c>.</summary>
        public const string Ending = "baton.ending";

        /// <summary>Of a span: what asked for it.</summary>
        public const string Trigger = "baton.trigger";

        /// <summary>Of a span: the process id of the successor.</summary>
        public const string SuccessorPid = "baton.successor.pid";

        /// <summary>Of the span of a drain: connections that were cut.</summary>
        public const string ForcedConnections = "baton.forced.connections";

        /// <summary>Of the span of a drain: requests that were cut.</summary>
        public const string ForcedRequests = "baton.forced.requests";
    }
}
