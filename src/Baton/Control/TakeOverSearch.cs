using System.Globalization;
using Baton.Interop;
using Baton.Lifecycle;
using Baton.Processes;

namespace Baton.Control;

/// <summary>
/// Looks for a process that serves under the name of this service, and asks it for the handover
/// (<see cref="RestarterOptions.TakeOver"/>). Where there is none it takes the lock of the name, so that of two processes that
/// start at the same time one is the first.
/// </summary>
internal sealed class TakeOverSearch
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly RestarterOptions _options;
    private readonly string _name;
    private readonly string _directory;

    private TakeOverSearch(RestarterOptions options, string name)
    {
        (_options, _name) = (options, name);
        _directory = ControlDirectory.Choose(options.Control.Directory, Environment.GetEnvironmentVariable, Libc.geteuid());
    }

    /// <summary>The lock of the name, where there is nobody to take over from; null otherwise.</summary>
    internal Descriptor? NameLock { get; private set; }

    /// <summary>
    /// The request to the predecessor, which may have failed already; null if this process is to start as the first.
    /// </summary>
    internal TakingOver? Found { get; private set; }

    private string SocketPath => Path.Combine(_directory, _name + ControlProtocol.SocketExtension);

    /// <summary>Looks for the predecessor, if the options ask for it.</summary>
    /// <param name="options">Its limits.</param>
    /// <param name="name">The name of the service.</param>
    /// <param name="program">The program of this process.</param>
    internal static TakeOverSearch? Begin(RestarterOptions options, string name, string program)
    {
        // A program that only checks itself takes over from nobody.
        bool checks = Environment.GetEnvironmentVariable(ProgramCheck.Variable) is not null;
        Environment.SetEnvironmentVariable(ProgramCheck.Variable, null);
        if (options.TakeOver == TakeOverPolicy.Never || checks || !Platform.HandoverSupported)
        {
            return null;
        }

        var search = new TakeOverSearch(options, name);
        search.Found = search.Find(program);
        return search;
    }

    private TakingOver? Find(string program)
    {
        try
        {
            WaitLimit deadline = WaitLimit.After(_options.HandshakeTimeout);
            while (true)
            {
                if (Connect(deadline) is { } connection)
                {
                    return Ask(connection, program);
                }

                if (TryLockName(out int? holder))
                {
                    return _options.TakeOver == TakeOverPolicy.Auto
                        ? null
                        : throw Refused($"nobody serves as {_name}: nobody listens at {SocketPath}, and TakeOver is Require");
                }

                if (deadline.Left == TimeSpan.Zero)
                {
                    // It starts, or ends, or has lost its socket.
                    string who = holder is { } pid ? string.Create(CultureInfo.InvariantCulture, $"process {pid}") : "a process";
                    throw Refused($"{who} has the name {_name} and does not listen at {SocketPath}");
                }

                Wait(deadline.Left);
            }
        }
        catch (Exception e) when (e is RestartException or ControlException)
        {
            NameLock?.Dispose();
            NameLock = null;
            return TakingOver.Failed(e as RestartException ?? Refused(e.Message));
        }
    }

    private static RestartException Refused(string why) => new(RestartFailure.PeerLost, why);

    private static void Wait(TimeSpan left) => new ManualResetEventSlim().Wait(left < Interval ? left : Interval);

    private Descriptor? Connect(WaitLimit deadline)
    {
        // A path that is not there, or was left behind, means that nobody serves.
        if (!_options.Control.Enabled || Libc.Stat(SocketPath) is null)
        {
            return null;
        }

        if (ControlTrust.ProblemOf(SocketPath) is { } problem)
        {
            throw Refused($"{SocketPath} is not believed: {problem}");
        }

        while (true)
        {
            (Descriptor? connection, int errno) = LocalSocket.Connect(SocketPath);
            if (connection is not null)
            {
                return connection;
            }

            if (errno is Libc.ECONNREFUSED or Libc.ENOENT)
            {
                return null;
            }

            if (errno is not (Libc.EAGAIN or Libc.EINTR) || deadline.Left == TimeSpan.Zero)
            {
                throw Refused($"{SocketPath} could not be connected to: {Libc.Describe(errno)}");
            }

            Wait(deadline.Left);
        }
    }

    private TakingOver Ask(Descriptor connection, string program)
    {
        // The one that first listened: the process in charge may be a successor of it.
        Libc.Ucred listener = LocalSocket.PeerOf(connection);
        if (listener.uid != Libc.geteuid())
        {
            connection.Dispose();
            throw Refused($"{SocketPath} is of user {listener.uid}, and this process of user {Libc.geteuid()}");
        }

        return TakingOver.Ask(connection, listener.pid, program, _options);
    }

    private bool TryLockName(out int? holder)
    {
        holder = null;
        if (!_options.Control.Enabled || ControlDirectory.Prepare(_directory) is not null)
        {
            // The service goes on without a control socket, and says so.
            return true;
        }

        var file = new LockFile(Path.Combine(_directory, _name + ControlProtocol.LockExtension));
        NameLock = file.TryLock();
        if (NameLock is not null)
        {
            file.Write(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId,-10}\n"));
            return true;
        }

        holder = int.TryParse(file.Read(), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) ? pid : null;
        return false;
    }
}
