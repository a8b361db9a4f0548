namespace Baton;

/// <summary>Short forms of options.</summary>
public static class RestarterOptionsExtensions
{
    /// <summary>Adds to <see cref="RestarterOptions.RestartWhenChanged"/>.</summary>
    /// <param name="options">The options.</param>
    /// <param name="paths">Files or directories.</param>
    public static void RestartWhenChanged(this RestarterOptions options, params string[] paths)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(paths);
        foreach (string path in paths)
        {
            ArgumentException.ThrowIfNullOrEmpty(path, nameof(paths));
            options.RestartWhenChanged.Add(path);
        }
    }
}
