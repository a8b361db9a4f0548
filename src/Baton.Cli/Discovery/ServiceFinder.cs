using Baton.Control;

namespace Baton.Cli.Discovery;

/// <summary>Finds the services of this user by their sockets. All are asked at the same time, so one that hangs costs its limit once.</summary>
internal sealed class ServiceFinder(Surroundings around)
{
    /// <param name="name">Only services that may be called so; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async Task<Findings> FindAsync(string? name, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> places = SocketPlaces.Of(around);
        object?[] answers = await Task.WhenAll(SocketPlaces.Sockets(places).Where(s => name is null || MayBelongTo(s, name)).Select(s => AskAsync(s, cancellationToken)));

        // A directory may be reached by two names.
        return new Findings(
            [.. answers.OfType<FoundService>().DistinctBy(s => (s.Status.Name, s.Status.Pid)).OrderBy(s => s.Status.Name, StringComparer.Ordinal).ThenBy(s => s.Status.Pid)],
            [.. answers.OfType<UnheardSocket>()],
            places);
    }

    /// <summary>The service at a path that was given.</summary>
    /// <exception cref="ControlException">There is none, or it did not answer.</exception>
    internal static async Task<FoundService> AtAsync(string socket, CancellationToken cancellationToken) =>
        new(socket, await StatusQuestion.AskAsync(socket, cancellationToken));

    // "shop.sock", or "shop-4711.sock" where the name was taken.
    private static bool MayBelongTo(string socket, string name)
    {
        string file = Path.GetFileNameWithoutExtension(socket);
        return file == name || (file.StartsWith(name, StringComparison.Ordinal) && file[name.Length] == '-' && file.AsSpan(name.Length + 1).IndexOfAnyExceptInRange('0', '9') < 0);
    }

    private static async Task<object?> AskAsync(string socket, CancellationToken cancellationToken)
    {
        try
        {
            return await AtAsync(socket, cancellationToken);
        }
        catch (ControlException e)
        {
            // A file that a crash left behind says nothing to anybody.
            return e.Failure == ControlFailure.NotFound ? null : new UnheardSocket(socket, e.Message);
        }
    }
}
