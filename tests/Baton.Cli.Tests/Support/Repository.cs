namespace Baton.Cli.Tests.Support;

/// <summary>The files of this repository.</summary>
internal static class Repository
{
    internal static string Root { get; } = Find();

    /// <summary>The program as it was built.</summary>
    internal static string Program { get; } = Path.Combine(AppContext.BaseDirectory.Replace("Baton.Cli.Tests", "Baton.Cli", StringComparison.Ordinal), "baton");

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
