using RestartLoad.Wire;

namespace RestartLoad.Modes;

/// <summary>Where the service under test listens. What is null is not loaded.</summary>
internal sealed record Endpoints(Target? Http = null, Target? Https = null, Target? H2c = null, Target? Unix = null);
