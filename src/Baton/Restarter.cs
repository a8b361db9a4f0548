using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Baton.Control;
using Baton.Handover;
using Baton.Interop;
using Baton.Lifecycle;
using Baton.Resources;
using Baton.Processes;
using Baton.Systemd;
using Baton.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Baton;

/// <summary>
/// Graceful restart of this process: inherits listeners from a predecessor, starts a successor when asked, hands over, and ends
/// when the work is done. One for each process. ASP.NET Core applications get it by <c>builder.UseGracefulRestart()</c>.
/// </summary>
public sealed partial class Restarter : IAsyncDisposable
{
    /// <summary>
    /// Exit code of a process whose open work was cut, by the drain timeout or by force, or whose application did not end in its
    /// time: 124, as of timeout(1).
    /// </summary>
    public const int ForcedExitCode = 124;

    /// <summary>Exit code of a process whose predecessor took over again because it was unhealthy: 1.</summary>
    public const int RolledBackExitCode = 1;

    private static readonly Lock s_joining = new();

    private static Restarter? s_default;

    private Restarter(RestarterOptions options)
    {
        options.Validate();
        Parts = new RestarterParts(options);
        Handles = new HandleRegistry(Parts.Sockets.Resources);
    }

    /// <summary>For the assemblies that build on the core.</summary>
    internal RestarterParts Parts { get; }

    /// <summary>The restarter of this process, started by <see cref="Start"/>; null before, and after it was disposed.</summary>
    public static Restarter? Default => Volatile.Read(ref s_default);

    /// <summary>The sockets of this process that go over to the next one.</summary>
    public SocketRegistry Sockets => Parts.Sockets;

    /// <summary>Files, pipes and connections of this process that go over to the next one, by name.</summary>
    public HandleRegistry Handles { get; }

    /// <summary>1 for the first process, one more with every restart.</summary>
    /// <exception cref="RestartException">This process was started to take over, but its predecessor is gone, does not answer or
    /// refuses.</exception>
    public int Generation => Parts.Generation;

    /// <summary>
    /// Cancelled when a successor serves or a shutdown was asked: stop accepting, finish what is open. After a restart that was
    /// rolled back there is a new one, so ask for it where it is needed; what accepts by itself uses <see
    /// cref="ServingTermsAsync"/>.
    /// </summary>
    public CancellationToken Draining => Parts.Work.Draining;

    /// <summary>Cancelled when this process is to end; not before a successor has passed its probation.</summary>
    public CancellationToken Stopping => Parts.Work.Stopping;

    /// <summary>Completes when nothing is open, because the work was finished or cut: the process may end.</summary>
    public Task Exited => Parts.Exited;

    /// <summary>The state of this process.</summary>
    public ProcessState State => Parts.Lifecycle.State;

    /// <summary>A snapshot for people and programs.</summary>
    public RestartStatus Status => Parts.Status.Take();

    /// <summary>
    /// Starts graceful restart in this process, as early as possible: registers for signals and, in a successor, begins to take
    /// over the listeners. If that fails, because the predecessor is gone, does not answer or refuses, this process ends with
    /// exit code 1 and says why.
    /// </summary>
    /// <param name="options">Limits and triggers; null for the defaults.</param>
    /// <exception cref="InvalidOperationException">This process has a restarter already.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <returns>The restarter, also at <see cref="Default"/>.</returns>
    public static Restarter Start(RestarterOptions? options = null)
    {
        if (Default is not null)
        {
            throw new InvalidOperationException("This process has a restarter already: Restarter.Default.");
        }

        var restarter = new Restarter(options ?? new RestarterOptions());
        Volatile.Write(ref s_default, restarter);
        return restarter;
    }

    /// <summary>
    /// Reports that the service can serve. Completes when it does: at once in a first generation, in a successor when the
    /// predecessor has stopped accepting. Unclaimed inherited listeners are closed.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait, not the start.</param>
    /// <exception cref="RestartException">A shutdown was asked before.</exception>
    /// <returns>A task that completes when this process serves.</returns>
    public Task ReadyAsync(CancellationToken cancellationToken = default)
    {
        Parts.Loop.Post(Parts.Lifecycle.Start.ServiceReady);
        return Parts.Lifecycle.Start.Ready.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Reports the progress of the start: the predecessor logs it, and names the last report if the start fails. Ignored in a
    /// first generation, and once this process serves.
    /// </summary>
    /// <param name="phase">A few words, such as "loading the catalogue".</param>
    /// <param name="detail">The progress, such as "3 of 4"; null for none.</param>
    public void ReportProgress(string phase, string? detail = null)
    {
        ArgumentNullException.ThrowIfNull(phase);
        Parts.ReportProgress(PhaseName.Own(PeerText.Name(phase)), detail);
    }

    /// <summary>
    /// Reports that this process cannot serve after all. On probation its predecessor takes over again, and this process finishes
    /// its accepted work and ends. At any other time it is only logged.
    /// </summary>
    /// <param name="reason">The reason, for the log and for the requester of the restart.</param>
    public void ReportUnhealthy(string reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        Parts.Loop.Post(() => Parts.Lifecycle.Probation.ReportUnhealthy(reason));
    }

    /// <summary>
    /// Starts a successor, hands over to it, and waits until it has proved itself: until the end of <see
    /// cref="RestarterOptions.Probation"/>. Asked while this process is itself on probation, or might still take over again, it
    /// begins when that is over; who asks for the same meanwhile gets the same outcome.
    /// </summary>
    /// <param name="program">
    /// The program to start, an absolute path inside one of <see cref="RestarterOptions.AllowedProgramDirectories"/>; null for
    /// the one this process was started as.
    /// </param>
    /// <param name="requestedBy">Who asks, for the log; null for "the application".</param>
    /// <param name="cancellationToken">Ends the wait, not the restart.</param>
    /// <exception cref="RestartException">Refused, failed or rolled back: this process serves as before, unless a shutdown was
    /// asked.</exception>
    /// <returns>The restart, once the successor serves for good.</returns>
    public Task<RestartRecord> RestartAsync(
        string? program = null, string? requestedBy = null, CancellationToken cancellationToken = default)
    {
        var request = new RestartRequest(RestartTrigger.OfApplication(requestedBy), program);
        Parts.Loop.Post(() => Parts.Lifecycle.Restarts.Request(request));
        return Parts.OutcomeAsync(request, cancellationToken);
    }

    /// <summary>
    /// Stops accepting and finishes what is open: the service ends. Where a predecessor or a successor is part of a probation,
    /// both end.
    /// </summary>
    /// <param name="requestedBy">Who asks, for the log; null for "the application".</param>
    /// <param name="cancellationToken">Ends the wait, not the shutdown.</param>
    /// <returns>A task that completes with <see cref="Exited"/>.</returns>
    public Task ShutdownAsync(string? requestedBy = null, CancellationToken cancellationToken = default)
    {
        var trigger = RestartTrigger.OfApplication(requestedBy);
        Parts.Loop.Post(() => Parts.Lifecycle.Shutdown.Request(trigger));
        return Exited.WaitAsync(cancellationToken);
    }

    /// <summary>Shuts down without waiting: what is open is cut, and counted in the log.</summary>
    /// <param name="requestedBy">Who asks, for the log; null for "the application".</param>
    public void Force(string? requestedBy = null)
    {
        var trigger = RestartTrigger.OfApplication(requestedBy);
        Parts.Loop.Post(() => Parts.Lifecycle.Shutdown.Force(trigger));
    }

    /// <summary>
    /// Ends graceful restart in this process: the application's work is done. Shuts down if that was not asked before; but where
    /// another process of the service can serve instead, it does: a predecessor takes over again from one that is on probation.
    /// </summary>
    /// <returns>A task that completes when listeners are closed and signals are released.</returns>
    public async ValueTask DisposeAsync()
    {
        Parts.Work.ApplicationDone();
        await Parts.LeaveAsync(RestartTrigger.OfApplication(words: null), fault: null, CancellationToken.None)
            .ConfigureAwait(false);
        Release();
        await Parts.WrittenAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// The times in which this process may serve, as they come: the first when it is to serve, another one when it serves again
    /// after a restart that was rolled back. For a server that accepts by itself, and for all that only the process that serves
    /// may do: <c>await foreach (ServingTerm term in restarter.ServingTermsAsync())</c>, and work until <see
    /// cref="ServingTerm.Ended"/> is cancelled. It ends when this process will never serve again.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait for the next one.</param>
    /// <returns>The terms. One that has ended before it was asked for is passed over.</returns>
    public async IAsyncEnumerable<ServingTerm> ServingTermsAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ServingTerm? term = null;
        while ((term = await Parts.Gate.EnterTermAsync(term, cancellationToken).ConfigureAwait(false)) is not null)
        {
            yield return term;
        }
    }

    /// <summary>
    /// Adds a server that accepts connections or work by itself, so that this process waits for what it has open. Add it before
    /// it begins. Without one, and without a host, this process waits until it is disposed.
    /// </summary>
    /// <param name="name">What its work is called in the status, such as <c>mqtt</c>.</param>
    /// <returns>The participant, for as long as this process lives.</returns>
    public RestartParticipant AddParticipant(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var participant = new RestartParticipant(PeerText.Name(name));
        Parts.Work.Register(participant);
        return participant;
    }

    /// <summary>Several hosts of one process share its restarter; hosts one after the other, as in tests, get one each.</summary>
    internal static Restarter StartOrJoin(RestarterOptions options)
    {
        // Hosts may be built at the same time.
        lock (s_joining)
        {
            if (Default is { Exited.IsCompleted: false } living)
            {
                return living;
            }

            Default?.Release();
            return Start(options);
        }
    }

    private void Release()
    {
        Interlocked.CompareExchange(ref s_default, null, this);
        Parts.Release();
    }
}
