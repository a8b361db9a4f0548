namespace Baton.ProcessTests.Service;

/// <summary>The repository that these tests were built in.</summary>
internal static class Repository
{
    internal static string Root { get; } = Find();

    private static string Find()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "Baton.slnx")))
        {
            directory = Path.GetDirectoryName(directory);
        }

        return directory ?? throw new InvalidOperationException($"There is no Baton.slnx above {AppContext.BaseDirectory}.");
    }
}
