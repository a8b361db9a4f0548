using Baton;

namespace TestService;

/// <summary>How <c>Main</c> ends, where it does more than to run the application.</summary>
internal static class MainEnding
{
    /// <summary>A service on the core alone that crashes before it is ready, and disposes what it has on the way.</summary>
    internal static async Task CrashOnTheCoreAsync(Behaviour behaviour)
    {
        if (behaviour.Has("crash-on-the-core"))
        {
            await using Restarter restarter = Restarter.Start();
            throw new InvalidOperationException("told to crash on the core");
        }
    }

    internal static async Task RunAsync(WebApplication app, Behaviour behaviour)
    {
        if (behaviour.Has("crash-in-main-when-serving"))
        {
            await using (app)
            {
                await app.StartAsync();
                throw new InvalidOperationException("told to crash in main when serving");
            }
        }

        try
        {
            await app.RunAsync();
        }
        catch (InvalidOperationException e) when (behaviour.Has("catch-in-main"))
        {
            Console.WriteLine($"Main has caught {e.GetType().Name}");
            Environment.ExitCode = 3;
        }
    }
}
