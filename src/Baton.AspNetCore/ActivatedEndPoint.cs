using System.Net;

namespace Baton.AspNetCore;

/// <summary>A socket that systemd made, by its name. Kestrel replaces it by the real address when it binds.</summary>
internal sealed class ActivatedEndPoint(string name) : EndPoint
{
    internal string Name => name;

    public override string ToString() => $"systemd:{name}";
}
