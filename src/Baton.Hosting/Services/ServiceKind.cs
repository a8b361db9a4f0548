namespace Baton.Hosting.Services;

/// <summary>When a hosted service runs.</summary>
internal enum ServiceKind
{
    /// <summary>As long as its host: in both processes of a restart.</summary>
    Always,

    /// <summary>While its process serves.</summary>
    Serving,

    /// <summary>While its process serves, and never in two processes.</summary>
    Exclusive,
}
