namespace TestService;

/// <summary>A place where the service waits until the test creates the file. Another file tells the test that it waits.</summary>
internal static class Latch
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    /// <summary>Only tells the test.</summary>
    internal static ValueTask ReachAsync(string file) => File.Create(file + ".reached").DisposeAsync();

    internal static async Task PassAsync(string file, CancellationToken cancel)
    {
        await ReachAsync(file);
        while (!File.Exists(file))
        {
            await Task.Delay(Interval, cancel);
        }
    }
}
