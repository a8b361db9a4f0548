namespace Baton;

/// <summary>An exclusive service that another process keeps from running.</summary>
/// <param name="Name">The service, by its type.</param>
/// <param name="Reason">Which process, as text.</param>
public sealed record WaitingService(string Name, string Reason);
