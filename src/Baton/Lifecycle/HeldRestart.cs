namespace Baton.Lifecycle;

/// <summary>
/// A restart that was asked too early: it starts when it can. All who ask for the same meanwhile have the same one.
/// </summary>
internal sealed class HeldRestart
{
    private RestartRequest? _request;

    /// <returns>False if one of another program is held already.</returns>
    internal bool TryHold(RestartRequest request)
    {
        if (_request is null)
        {
            _request = request;
            return true;
        }

        if (_request.Program != request.Program)
        {
            return false;
        }

        _request.Join(request);
        return true;
    }

    /// <summary>Does something with what is held, if anything is.</summary>
    internal void Take(Action<RestartRequest> action)
    {
        if (_request is { } request)
        {
            _request = null;
            action(request);
        }
    }
}
