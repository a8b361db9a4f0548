namespace Baton.AspNetCore;

/// <summary>
/// Stands in for Baton, so that the sample's own source becomes the baseline of the benchmarks: the same program on plain Kestrel.
/// </summary>
internal static class NoGracefulRestart
{
    public static WebApplicationBuilder UseGracefulRestart(this WebApplicationBuilder builder)
    {
        if (builder.Configuration.GetValue<bool>("AllocateOneObject"))
        {
            builder.Services.AddSingleton<IStartupFilter, OneObjectForEachRequest>();
        }

        return builder;
    }

    public static WebApplication MapRestartAdmin(this WebApplication app) => app;
}
