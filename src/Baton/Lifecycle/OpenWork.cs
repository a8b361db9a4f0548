namespace Baton.Lifecycle;

/// <summary>The amount of work that is open, or was cut.</summary>
internal readonly record struct OpenWork(int Connections, int Requests)
{
    public static OpenWork operator +(OpenWork a, OpenWork b) => new(a.Connections + b.Connections, a.Requests + b.Requests);
}
