using System.Net;

namespace Baton.AspNetCore;

/// <summary>A listener of this server: its address, and whether it came from a predecessor or from systemd.</summary>
internal sealed record BoundListener(EndPoint EndPoint, bool IsInherited)
{
    internal string Origin => IsInherited ? "inherited" : "bound";

    /// <summary>Such as <c>:8100</c> for any address, <c>127.0.0.1:8100</c>, <c>unix:/run/app.sock</c>.</summary>
    internal string Address => EndPoint switch
    {
        IPEndPoint ip when ip.Address.Equals(IPAddress.Any) || ip.Address.Equals(IPAddress.IPv6Any) => $":{ip.Port}",
        IPEndPoint ip => ip.ToString(),
        _ => $"unix:{EndPoint}",
    };
}

/// <summary>The listeners that Kestrel has bound. <see cref="ListeningLog"/> logs them when the server has started.</summary>
internal sealed class BoundListeners
{
    private readonly Lock _lock = new();
    private readonly List<BoundListener> _untold = [];
    private Action<BoundListener>? _tell;

    internal void Add(EndPoint endPoint, bool isInherited)
    {
        var listener = new BoundListener(endPoint, isInherited);
        Action<BoundListener>? tell;
        lock (_lock)
        {
            tell = _tell;
            if (tell is null)
            {
                _untold.Add(listener);
            }
        }

        tell?.Invoke(listener);
    }

    /// <summary>The listeners bound so far. Later ones are passed to <paramref name="later"/>.</summary>
    internal IReadOnlyList<BoundListener> Take(Action<BoundListener> later)
    {
        lock (_lock)
        {
            _tell = later;
            BoundListener[] taken = [.. _untold];
            _untold.Clear();
            return taken;
        }
    }
}
