using Baton.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Baton.Hosting.Configuration;

/// <summary>Sets options from a section of the host's configuration.</summary>
internal static class SectionBinder
{
    /// <summary>The default section.</summary>
    internal const string DefaultSection = "GracefulRestart";

    /// <summary>Sets the options of the section; others keep their defaults.</summary>
    /// <exception cref="OptionsValidationException">A key is unknown, or a value can't be read or is out of range.</exception>
    internal static void Bind(IConfiguration configuration, HostedRestartOptions options)
    {
        var section = configuration as IConfigurationSection;
        if (string.IsNullOrEmpty(section?.Value) && !configuration.GetChildren().Any())
        {
            return;
        }

        var given = new OptionValue(
            section?.Path ?? "", section?.Key ?? "", section?.Value, () => configuration.GetChildren().Select(Of));
        List<string> failures = OptionBinder.Bind(given, nameof(HostedRestartOptions.Enabled), options.Describe);
        if (failures.Count > 0)
        {
            BadStart.Announce();
            throw new OptionsValidationException(given.Path, options.GetType(), failures);
        }
    }

    private static OptionValue Of(IConfigurationSection section) =>
        new(section.Path, section.Key, section.Value, () => section.GetChildren().Select(Of));
}
