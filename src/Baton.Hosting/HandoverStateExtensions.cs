using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Baton.Resources;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Baton.Hosting;

/// <summary>State of services that goes over to the successor.</summary>
public static class HandoverStateExtensions
{
    /// <summary>
    /// Has the state of a service go over to the successor, as bytes. The service is a singleton, added where it was not before.
    /// Means nothing in a host without graceful restart.
    /// </summary>
    /// <typeparam name="T">The service.</typeparam>
    /// <param name="services">The host's services.</param>
    /// <param name="name">What the state is known by in both processes: 1 to 64 letters, digits, '.', '-' and '_'.</param>
    /// <param name="configure">Changes its version and what happens at a roll back; null for the defaults.</param>
    /// <exception cref="ArgumentException">It is no name. A name that the process has twice fails the start.</exception>
    /// <returns>The services.</returns>
    public static IServiceCollection AddHandoverState<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        this IServiceCollection services, string name, Action<StateOptions>? configure = null)
        where T : class, IHandoverState
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton<T>();
        return services.Add(name, configure, provider =>
        {
            T service = provider.GetRequiredService<T>();
            return (service.SaveAsync, service.LoadAsync);
        });
    }

    /// <summary>Has a part of a singleton service go over to the successor, as JSON without reflection.</summary>
    /// <typeparam name="TService">The service, which is registered elsewhere.</typeparam>
    /// <typeparam name="TState">What is saved of it; never null.</typeparam>
    /// <param name="services">The host's services.</param>
    /// <param name="name">What the state is known by in both processes: 1 to 64 letters, digits, '.', '-' and '_'.</param>
    /// <param name="type">How it is written and read, of a <c>JsonSerializerContext</c>.</param>
    /// <param name="save">Gives it. It is not changed until it is written.</param>
    /// <param name="load">Takes it; not called in a first generation.</param>
    /// <param name="configure">Changes its version and what happens at a roll back; null for the defaults.</param>
    /// <exception cref="ArgumentException">It is no name. A name that the process has twice fails the start.</exception>
    /// <returns>The services.</returns>
    public static IServiceCollection AddHandoverState<TService, TState>(
        this IServiceCollection services,
        string name,
        JsonTypeInfo<TState> type,
        Func<TService, TState> save,
        Action<TService, TState> load,
        Action<StateOptions>? configure = null)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(save);
        ArgumentNullException.ThrowIfNull(load);
        return services.Add(name, configure, provider =>
        {
            TService service = provider.GetRequiredService<TService>();
            return (
                (destination, cancel) => JsonSerializer.SerializeAsync(destination, save(service), type, cancel),
                async (state, cancel) => load(service, await StateItem.ReadAsync(state, type, cancel).ConfigureAwait(false)));
        });
    }

    private static IServiceCollection Add(
        this IServiceCollection services,
        string name,
        Action<StateOptions>? configure,
        Func<IServiceProvider, (Func<Stream, CancellationToken, Task> Save, Func<SavedState, CancellationToken, Task> Load)> bind)
    {
        // The name is checked at once.
        var unbound = StateItem.Of(name, (_, _) => Task.CompletedTask, (_, _) => Task.CompletedTask, configure);
        return services.AddSingleton(new HostedState(provider =>
        {
            (Func<Stream, CancellationToken, Task> save, Func<SavedState, CancellationToken, Task> load) = bind(provider);
            return unbound with { Save = save, Load = load };
        }));
    }
}
