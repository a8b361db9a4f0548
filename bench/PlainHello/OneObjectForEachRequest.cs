namespace Baton.AspNetCore;

/// <summary>
/// The smallest thing that could go wrong, on purpose: one object for each request, 24 bytes. A benchmark of allocations that does not see it
/// proves nothing.
/// </summary>
internal sealed class OneObjectForEachRequest : IStartupFilter
{
    // A field: the compiler removes an object that nobody can see.
    private object? _last;

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(follow => context =>
        {
            Volatile.Write(ref _last, new object());
            return follow(context);
        });
        next(app);
    };
}
