using Microsoft.Extensions.Hosting;

namespace Baton.Hosting.Services;

/// <summary>The registration of a hosted service that runs only while its process serves.</summary>
/// <param name="Type">The type, as far as the registration tells.</param>
/// <param name="Kind">When it runs.</param>
/// <param name="Make">Creates the instance for a term; it may return the same one.</param>
/// <param name="IsOurs">Whether each instance belongs to one term, which disposes it.</param>
internal sealed record TermRegistration(Type Type, ServiceKind Kind, Func<IServiceProvider, IHostedService> Make, bool IsOurs);
