using Baton.Handover;
using Baton.Interop;

namespace Baton.Control;

/// <summary>
/// What the kernel says of a process that asks to take over, and what follows: whether it may. It gets sockets and state, so it
/// must be of the very user of this process; root must not either, since its successor would not be.
/// </summary>
internal sealed class TakerProof
{
    /// <summary>The most descriptors that ride with a request: a pidfd, and a wire.</summary>
    internal const int MostDescriptors = 2;

    private TakerProof(Taker? taker, string problem) => (Taker, Problem) = (taker, problem);

    /// <summary>The process; null if it may not take over.</summary>
    internal Taker? Taker { get; }

    /// <summary>Why it may not.</summary>
    internal string Problem { get; }

    /// <summary>Looks at the peer of a connection.</summary>
    /// <param name="connection">The connection; not owned.</param>
    /// <param name="peer">The kernel's word.</param>
    /// <param name="request">The peer's own word.</param>
    /// <param name="passed">What it has passed; this takes out what it keeps.</param>
    /// <param name="limit">The time for it to take an answer.</param>
    internal static TakerProof Of(
        Descriptor connection, Libc.Ucred peer, ControlRequest request, List<Descriptor> passed, TimeSpan limit)
    {
        uint own = Libc.geteuid();
        if (peer.uid != own)
        {
            return new TakerProof(null, $"only a process of user {own} may take over, not one of user {peer.uid}");
        }

        Descriptor? passedPidfd = Take(passed);
        Descriptor? wire = Take(passed) is { } writer && IsPipe(writer) ? writer : null;
        Descriptor? pidfd = LocalSocket.PidfdOf(connection);
        if (pidfd is null)
        {
            // A kernel before 6.5. What it has passed is as good, since it is of our user.
            (pidfd, passedPidfd) = (passedPidfd, null);
        }

        passedPidfd?.Dispose();
        string problem = pidfd is null ? "the kernel gives no pidfd of it" : WhyNotBound(pidfd, wire);
        if (pidfd is null || problem.Length > 0)
        {
            pidfd?.Dispose();
            wire?.Dispose();
            return new TakerProof(null, problem);
        }

        bool isSeen = peer.pid > 0;
        int pid = isSeen ? peer.pid : request.Pid;
        byte[] answer = ControlCodec.Encode(new ControlAnswer.Channel(Environment.ProcessId));
        return new TakerProof(
            new Taker(pid, request.Program ?? "", isSeen, answer, limit)
            {
                Connection = connection.Duplicate(), Pidfd = pidfd, Wire = wire,
            },
            "");
    }

    // It must be possible to end it: else two processes could serve.
    private static string WhyNotBound(Descriptor pidfd, Descriptor? wire) =>
        Libc.syscall(Libc.SYS_pidfd_send_signal, pidfd.Number, 0, 0, 0, 0) == 0 ? ""
            : Libc.Errno switch
            {
                Libc.EINVAL or Libc.EPERM when wire is not null => "",
                Libc.EINVAL or Libc.EPERM =>
                    "this process could not end it, if it hangs: it is in another pid namespace, and passes no pipe",
                var errno => $"it is not there any more, or passes something else than its pidfd: {Libc.Describe(errno)}",
            };

    private static Descriptor? Take(List<Descriptor> passed)
    {
        Descriptor? first = passed.Count > 0 ? passed[0] : null;
        if (first is not null)
        {
            passed.RemoveAt(0);
        }

        return first;
    }

    private static bool IsPipe(Descriptor descriptor)
    {
        if (Libc.Stat(descriptor.Number) is { } stat && stat.Is(Libc.S_IFIFO))
        {
            return true;
        }

        descriptor.Dispose();
        return false;
    }
}
