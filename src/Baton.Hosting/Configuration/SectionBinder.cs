using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Baton.Hosting.Configuration;

/// <summary>
/// Reads options from a section of the configuration. All that is wrong is found at once, and named by its key.
/// </summary>
internal static class SectionBinder
{
    /// <summary>The section that is read where none is given.</summary>
    internal const string DefaultSection = "GracefulRestart";

    /// <summary>Binds what the section has; the rest keeps its default.</summary>
    /// <param name="configuration">The section itself.</param>
    /// <param name="options">The options with their defaults.</param>
    /// <param name="table">Its rows; asked for only if the section has anything.</param>
    /// <exception cref="OptionsValidationException">A key is unknown, or a value can't be read or is out of range.</exception>
    internal static void Bind<T>(IConfiguration configuration, T options, Func<(string Key, BindOption<T> Bind)[]> table)
        where T : RestarterOptions
    {
        var failures = new List<string>();
        Dictionary<string, IConfigurationSection> given = Children(configuration);
        if (configuration is IConfigurationSection { Value: not (null or "") } section)
        {
            Attempt(() => new OptionValue(section).RequireSection("Enabled"), failures);
        }
        else if (given.Count == 0)
        {
            return;
        }

        BindChildren(given, options, table(), failures);
        if (failures.Count == 0)
        {
            try
            {
                options.Validate();
            }
            catch (ArgumentOutOfRangeException e)
            {
                failures.Add(WithKeyAndText(e, configuration));
            }
        }

        if (failures.Count > 0)
        {
            BadStart.Announce();
            throw new OptionsValidationException(PathOf(configuration), typeof(T), failures);
        }
    }

    /// <summary>Binds the children of a section, also of one within another.</summary>
    internal static void BindChildren<T>(OptionValue section, T options, (string Key, BindOption<T> Bind)[] table)
    {
        section.RequireSection(table[0].Key);
        BindChildren(Children(section.Section), options, table, failures: null);
    }

    private static void BindChildren<T>(Dictionary<string, IConfigurationSection> given, T options, (string Key, BindOption<T> Bind)[] table, List<string>? failures)
    {
        foreach ((string key, BindOption<T> bind) in table)
        {
            if (given.Remove(key, out IConfigurationSection? section))
            {
                Attempt(() => bind(options, new OptionValue(section)), failures);
            }
        }

        foreach (IConfigurationSection unknown in given.Values)
        {
            Attempt(() => throw new FormatException(Unknown(unknown, table.Select(row => row.Key))), failures);
        }
    }

    private static Dictionary<string, IConfigurationSection> Children(IConfiguration configuration) =>
        configuration.GetChildren().ToDictionary(c => c.Key, StringComparer.OrdinalIgnoreCase);

    private static void Attempt(Action bind, List<string>? failures)
    {
        try
        {
            bind();
        }
        catch (FormatException e) when (failures is not null)
        {
            failures.Add(e.Message);
        }
    }

    private static string Unknown(IConfigurationSection unknown, IEnumerable<string> keys)
    {
        string nearest = NearestKey.To(unknown.Key, keys);
        return $"{unknown.Path} is no option of graceful restart; the nearest is {unknown.Path[..^unknown.Key.Length]}{nearest}.";
    }

    // "DrainTimeout is -00:00:02; allowed is ..." becomes "GracefulRestart:DrainTimeout is "-2s"; allowed is ...": as it was
    // given.
    private static string WithKeyAndText(ArgumentOutOfRangeException refusal, IConfiguration configuration)
    {
        string name = refusal.ParamName!.Replace('.', ':');
        string allowed = refusal.Message[(refusal.Message.IndexOf("; allowed is ", StringComparison.Ordinal) + "; allowed is ".Length)..];
        IConfigurationSection section = configuration.GetSection(name);
        string value = section.Value is { } text ? $"\"{text}\"" : refusal.ActualValue?.ToString() ?? "empty";
        return $"{section.Path} is {value}; allowed is {allowed.Split('\n')[0].Split(" (Parameter", 2)[0]}";
    }

    private static string PathOf(IConfiguration configuration) => (configuration as IConfigurationSection)?.Path ?? "";
}
