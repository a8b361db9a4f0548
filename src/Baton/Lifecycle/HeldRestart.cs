namespace Baton.Lifecycle;

/// <summary>A restart that was asked too early. It starts when it can. Requests for the same program share it.</summary>
internal sealed class HeldRestart
{
    private RestartRequest? _request;

    /// <returns>False if a restart of another program, or with another confirmation, is held.</returns>
    internal bool TryHold(RestartRequest request)
    {
        if (_request is null)
        {
            _request = request;
            return true;
        }

        if (_request.Program != request.Program || _request.ConfirmWithin != request.ConfirmWithin)
        {
            return false;
        }

        _request.Join(request);
        return true;
    }

    /// <summary>Runs an action with the held restart, if there is one.</summary>
    internal void Take(Action<RestartRequest> action)
    {
        if (_request is { } request)
        {
            _request = null;
            action(request);
        }
    }
}
