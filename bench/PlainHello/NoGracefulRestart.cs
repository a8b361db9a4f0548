namespace Baton.AspNetCore;

/// <summary>
/// Stands in for Baton, so that the sample's own source becomes the baseline of the benchmarks: the same program on plain Kestrel.
/// </summary>
internal static class NoGracefulRestart
{
    public static WebApplicationBuilder UseGracefulRestart(this WebApplicationBuilder builder, Action<NoOptions>? configure = null)
    {
        configure?.Invoke(new NoOptions());
        if (builder.Configuration.GetValue<bool>("AllocateOneObject"))
        {
            builder.Services.AddSingleton<IStartupFilter, OneObjectForEachRequest>();
        }

        return builder;
    }
}

/// <summary>What the sample sets, for nobody to read.</summary>
internal sealed class NoOptions
{
    public TimeSpan Probation { get; set; }

    public TimeSpan ReadyTimeout { get; set; }

    public NoWarmUp WarmUp { get; } = new();
}

/// <inheritdoc cref="NoOptions"/>
internal sealed class NoWarmUp
{
    public bool Enabled { get; set; }
}
