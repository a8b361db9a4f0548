using Baton;

namespace TestService;

/// <summary>When this process begins to serve.</summary>
internal static class Serving
{
    internal static async Task BeginsAsync(CancellationToken cancel = default)
    {
        await foreach (ServingTerm _ in Restarter.Default!.ServingTermsAsync(cancel))
        {
            return;
        }
    }
}
