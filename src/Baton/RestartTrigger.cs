using System.Runtime.InteropServices;
using Baton.Processes;

namespace Baton;

/// <summary>What kind of requester asked for something.</summary>
public enum RestartTriggerKind
{
    /// <summary>Not known: an older version of Baton passed on the text alone.</summary>
    Unknown,

    /// <summary>Code of the application, by <see cref="Restarter"/>.</summary>
    Application,

    /// <summary>A signal, see <see cref="RestartTrigger.Signal"/>.</summary>
    Signal,

    /// <summary>A client of the control socket, such as <c>baton</c>.</summary>
    ControlSocket,

    /// <summary>A request to the admin page or the admin API.</summary>
    AdminApi,

    /// <summary>The host of the application, which stops or was disposed.</summary>
    Host,

    /// <summary>A limit of <see cref="RestarterOptions"/>, such as <see cref="RestarterOptions.DrainTimeout"/>.</summary>
    Limit,

    /// <summary>The start of this process, which has failed.</summary>
    FailedStart,

    /// <summary>A change of a file in <see cref="RestarterOptions.RestartWhenChanged"/>, or of the memory limit.</summary>
    Change,

    /// <summary>A process that takes over by itself, see <see cref="RestarterOptions.TakeOver"/>.</summary>
    TakeOver,
}

/// <summary>Who or what asked for a restart, a shutdown or force.</summary>
public sealed record RestartTrigger
{
    /// <summary>What kind of requester it was.</summary>
    public required RestartTriggerKind Kind { get; init; }

    /// <summary>The same in words, as in the log; of another process as that process said it.</summary>
    public required string Description { get; init; }

    /// <summary>The signal; null if it was none.</summary>
    public PosixSignal? Signal { get; init; }

    /// <summary>The user of the client at the control socket, as the kernel says; null for all others.</summary>
    public long? UserId { get; init; }

    /// <summary>The client at the control socket, as the kernel says; null for all others.</summary>
    public int? ProcessId { get; init; }

    /// <summary>The process of the service that was asked, if it was another one than this and passed the request on.</summary>
    public int? PassedOnBy { get; init; }

    /// <summary>The description.</summary>
    /// <returns>Such as "SIGUSR2".</returns>
    public override string ToString() => Description;

    internal static RestartTrigger OfApplication(string? words) =>
        new() { Kind = RestartTriggerKind.Application, Description = words ?? "the application" };

    internal static RestartTrigger OfSignal(PosixSignal signal) =>
        new() { Kind = RestartTriggerKind.Signal, Description = SignalNumber.NameOf(signal), Signal = signal };

    internal static RestartTrigger OfSecondSignal(PosixSignal signal) =>
        OfSignal(signal) with { Description = $"a second signal, {SignalNumber.NameOf(signal)}" };

    /// <param name="user">The client's user.</param>
    /// <param name="process">The client.</param>
    /// <param name="name">What it says of itself; empty for nothing.</param>
    internal static RestartTrigger OfControlSocket(uint user, int process, string name) => new()
    {
        Kind = RestartTriggerKind.ControlSocket,
        Description = $"baton{(name.Length == 0 ? "" : ", " + name)} (uid {user}, pid {process})",
        UserId = user,
        ProcessId = process,
    };

    /// <param name="user">The user whom the application knows; null for nobody.</param>
    /// <param name="from">The address of the client.</param>
    /// <param name="request">Method and path.</param>
    internal static RestartTrigger OfAdminApi(string? user, string from, string request) => new()
    {
        Kind = RestartTriggerKind.AdminApi,
        Description = $"the admin API{(user is null ? "" : ", " + user)} ({from}, {request})",
    };

    /// <param name="host">Its name among the hosts of this process.</param>
    /// <param name="disposed">Whether it was disposed without having been stopped.</param>
    internal static RestartTrigger OfHost(string host, bool disposed = false) =>
        new() { Kind = RestartTriggerKind.Host, Description = disposed ? $"{host}, which was disposed" : host };

    internal static RestartTrigger OfHostTimeout() =>
        new() { Kind = RestartTriggerKind.Host, Description = "the host's own shutdown limit" };

    internal static RestartTrigger OfDrainTimeout(TimeSpan limit) =>
        new() { Kind = RestartTriggerKind.Limit, Description = $"the drain timeout of {limit.TotalSeconds:0.###} s" };

    internal static RestartTrigger OfMaxGenerations(int most) =>
        new() { Kind = RestartTriggerKind.Limit, Description = $"a restart, as no more than {most} processes may live" };

    internal static RestartTrigger OfFailedStart(string reason) =>
        new() { Kind = RestartTriggerKind.FailedStart, Description = $"its own start: {reason}" };

    /// <param name="paths">What has changed.</param>
    internal static RestartTrigger OfChange(string paths) =>
        new() { Kind = RestartTriggerKind.Change, Description = $"a change of {paths}" };

    /// <param name="user">Its user.</param>
    /// <param name="process">Its pid.</param>
    /// <param name="program">Its program, as it says.</param>
    internal static RestartTrigger OfTaker(uint user, int process, string program) => new()
    {
        Kind = RestartTriggerKind.TakeOver,
        Description = $"process {process} (uid {user}, {program}), which takes over",
        UserId = user,
        ProcessId = process,
    };

    internal RestartTrigger PassedOnByPredecessor(int pid) =>
        this with { Description = $"{Description}, sent to predecessor {pid}", PassedOnBy = pid };

    internal RestartTrigger PassedOnBySuccessor(int pid) =>
        this with { Description = $"{Description}, sent to successor {pid}", PassedOnBy = pid };
}
