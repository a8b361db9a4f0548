namespace Baton.Cli.Discovery;

/// <summary>A directory for control sockets that services refuse, because others could get in.</summary>
/// <param name="Explanation">What is wrong with it.</param>
/// <param name="Command">What mends it.</param>
internal sealed record RefusedDirectory(string Explanation, string Command);
