using RestartLoad.Load;
using RestartLoad.Wire;

namespace RestartLoad.Modes;

/// <summary>A mode as the catalog lists it: what it does, and how much of it a mixed run has.</summary>
/// <param name="Name">As in <c>--mode</c> and in the report.</param>
/// <param name="Endpoint">Picks the endpoint it needs.</param>
/// <param name="Rate">Requests per second.</param>
/// <param name="Concurrency">Requests at a time: connections over HTTP/1.1, streams over HTTP/2.</param>
/// <param name="Create">Makes the running mode.</param>
internal sealed record ModeDefinition(
    string Name, Func<Endpoints, Target?> Endpoint, double Rate, int Concurrency, CreateMode Create);

internal delegate LoadMode CreateMode(string name, Target target, Workload workload, double rate, int concurrency);
