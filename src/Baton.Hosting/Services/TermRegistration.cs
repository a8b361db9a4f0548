using Microsoft.Extensions.Hosting;

namespace Baton.Hosting.Services;

/// <summary>A hosted service that runs only while its process serves, as it was registered.</summary>
/// <param name="Type">The service, as far as the registration tells.</param>
/// <param name="Kind">When it runs.</param>
/// <param name="Make">Makes the instance of one term; it may be the same each time.</param>
/// <param name="IsOurs">Whether each instance is made for one term, which disposes it.</param>
internal sealed record TermRegistration(Type Type, ServiceKind Kind, Func<IServiceProvider, IHostedService> Make, bool IsOurs);
