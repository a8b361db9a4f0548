using Baton.Control;
using Baton.Interop;

namespace Baton.Cli.Discovery;

/// <summary>
/// Finds services by their control sockets. Asks all at the same time, so that services that hang cost one limit in total.
/// </summary>
internal sealed class ServiceFinder(CliEnvironment environment)
{
    /// <param name="name">Only services that may have this name; null for all.</param>
    /// <param name="user">Only services of this user, by the owner of the socket; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async Task<DiscoveryResult> FindAsync(string? name, uint? user, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> directories = SocketDirectories.Of(environment);
        IEnumerable<string> sockets = SocketDirectories.Sockets(directories)
            .Where(s => (name is null || MayBelongTo(s, name)) && (user is null || UnansweredSocket.OwnerOf(s) == user));
        object?[] answers = await Task.WhenAll(sockets.Select(s => AskAsync(s, user, cancellationToken)));

        // A directory may have two names, which find a service twice. Answers of two users are never merged.
        return new DiscoveryResult(
            [
                .. answers.OfType<FoundService>()
                    .OrderBy(s => IsForeign(s) ? 1 : 0)
                    .DistinctBy(s => (s.User, s.Status.Name, s.Status.Pid))
                    .OrderBy(s => s.Status.Name, StringComparer.Ordinal).ThenBy(s => s.User).ThenBy(s => s.Status.Pid),
            ],
            [.. answers.OfType<UnansweredSocket>()],
            directories);
    }

    // Reached by a link, or by a directory of a third user, who may point it elsewhere.
    private static bool IsForeign(FoundService service) =>
        Libc.Stat(Path.GetDirectoryName(service.Socket) ?? "/") is not { } directory
            || !directory.Is(Libc.S_IFDIR)
            || (directory.stx_uid != 0 && directory.stx_uid != service.User);

    // "shop.sock", or "shop-4711.sock" where the name was taken.
    internal static bool MayBelongTo(string socket, string name)
    {
        string file = Path.GetFileNameWithoutExtension(socket);
        return file == name
            || (file.StartsWith(name, StringComparison.Ordinal)
                && file[name.Length] == '-'
                && file.AsSpan(name.Length + 1).IndexOfAnyExceptInRange('0', '9') < 0);
    }

    private async Task<object?> AskAsync(string socket, uint? user, CancellationToken cancellationToken)
    {
        try
        {
            return await StatusQuery.AskAsync(environment, socket, user, cancellationToken);
        }
        catch (ControlException e) when (e.Failure == ControlFailure.TimedOut)
        {
            return UnansweredSocket.Silent(socket, e.Message, e.Listener);
        }
        catch (ControlException e)
        {
            // A crash left the file: no service is there.
            return e.Failure == ControlFailure.NotFound
                ? null
                : new UnansweredSocket(socket, e.Message) { User = UnansweredSocket.OwnerOf(socket) };
        }
    }
}
