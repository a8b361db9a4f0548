using Baton.Control;
using Baton.Interop;

namespace Baton.Cli.Discovery;

/// <summary>Finds the services of this user by their sockets. All are asked at the same time, so one that hangs costs its limit once.</summary>
internal sealed class ServiceFinder(Surroundings around)
{
    /// <param name="name">Only services that may be called so; null for all.</param>
    /// <param name="user">Only services of this user, by the owner of the socket; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async Task<Findings> FindAsync(string? name, uint? user, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> places = SocketPlaces.Of(around);
        IEnumerable<string> sockets = SocketPlaces.Sockets(places).Where(s => (name is null || MayBelongTo(s, name)) && (user is null || UnheardSocket.OwnerOf(s) == user));
        object?[] answers = await Task.WhenAll(sockets.Select(s => AskAsync(s, user, cancellationToken)));

        // A directory may be reached by two names. What two users say is never taken for the same.
        return new Findings(
            [
                .. answers.OfType<FoundService>().OrderBy(s => IsForeign(s) ? 1 : 0).DistinctBy(s => (s.User, s.Status.Name, s.Status.Pid))
                    .OrderBy(s => s.Status.Name, StringComparer.Ordinal).ThenBy(s => s.User).ThenBy(s => s.Status.Pid),
            ],
            [.. answers.OfType<UnheardSocket>()],
            places);
    }

    // By a directory that somebody else may point elsewhere.
    private static bool IsForeign(FoundService service) =>
        Libc.Stat(Path.GetDirectoryName(service.Socket) ?? "/") is not { } directory || !directory.Is(Libc.S_IFDIR) || (directory.stx_uid != 0 && directory.stx_uid != service.User);

    // "shop.sock", or "shop-4711.sock" where the name was taken.
    internal static bool MayBelongTo(string socket, string name)
    {
        string file = Path.GetFileNameWithoutExtension(socket);
        return file == name || (file.StartsWith(name, StringComparison.Ordinal) && file[name.Length] == '-' && file.AsSpan(name.Length + 1).IndexOfAnyExceptInRange('0', '9') < 0);
    }

    private async Task<object?> AskAsync(string socket, uint? user, CancellationToken cancellationToken)
    {
        try
        {
            return await StatusQuestion.AskAsync(around, socket, user, cancellationToken);
        }
        catch (ControlException e) when (e.Failure == ControlFailure.TimedOut)
        {
            return UnheardSocket.Silent(socket, e.Message, e.Listener);
        }
        catch (ControlException e)
        {
            // A file that a crash left behind says nothing to anybody.
            return e.Failure == ControlFailure.NotFound ? null : new UnheardSocket(socket, e.Message) { User = UnheardSocket.OwnerOf(socket) };
        }
    }
}
