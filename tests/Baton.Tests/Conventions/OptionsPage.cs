using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Baton.AspNetCore;
using Baton.Hosting;

namespace Baton.Tests.Conventions;

/// <summary>docs/options.md: the keys from the bindings, types and defaults from the options, the meaning from their XML comments.</summary>
internal static partial class OptionsPage
{
    private static readonly Dictionary<string, XElement> Comments = (
        from assembly in (string[])["Baton", "Baton.Hosting", "Baton.AspNetCore"]
        from member in XDocument.Load(Path.Combine(AppContext.BaseDirectory, $"{assembly}.xml")).Descendants("member")
        select member).ToDictionary(m => m.Attribute("name")!.Value, m => m);

    internal static string Print(IEnumerable<string> keys)
    {
        var rows = keys.Select(key => (Key: key, Property: Find(key))).ToList();
        var page = new StringBuilder(Head);
        Append(page, "Every program", "`RestarterOptions`: also without a host, there by code only.", rows.Where(r => r.Property?.DeclaringType is null || r.Property.DeclaringType.Assembly == typeof(RestarterOptions).Assembly));
        Append(page, "A host", "`HostedRestartOptions`: `AddGracefulRestart`, and ASP.NET Core.", rows.Where(r => r.Property?.DeclaringType == typeof(HostedRestartOptions)));
        Append(page, "ASP.NET Core", "`GracefulRestartOptions`: `UseGracefulRestart`.", rows.Where(r => r.Property?.DeclaringType is { } t && t.Assembly == typeof(GracefulRestartOptions).Assembly));
        return page.ToString();
    }

    private const string Head = """
        # Options

        Written from the code; change the comments there, and run the tests with `BATON_UPDATE_DOCS=1`.

        Options come from the section `GracefulRestart` of the host's configuration, then from code, which has the last word:

        ```json
        {
          "GracefulRestart": {
            "DrainTimeout": "20s",
            "PidFile": "/run/shop/shop.pid",
            "SignalPreset": "GoFrame",
            "Signals": { "SIGHUP": "Ignore" },
            "WarmUp": { "Requests": [ "/", { "Path": "/search?q=x", "Headers": { "Accept": "text/html" } } ] }
          }
        }
        ```

        ```sh
        GracefulRestart__DrainTimeout=20s ./shop                 # environment
        ./shop --GracefulRestart:DrainTimeout=20s                # command line
        ```

        ```csharp
        builder.UseGracefulRestart();                                                     // section GracefulRestart
        builder.UseGracefulRestart(o => o.DrainTimeout = TimeSpan.FromSeconds(20));       // the same, then this
        builder.UseGracefulRestart(builder.Configuration.GetSection("Shop:Restart"));     // another section; a delegate may follow
        ```

        - **Durations**: `00:00:30`, `30s`, `500ms`, `5m`, `2h`, `1d`; `infinite` or `-1` where the table says that it may be infinite. A bare number is refused, except `0`.
        - **Lists** replace the default. One text is a list of one.
        - **Names** of values and keys may be written in any case.
        - **What is wrong stops the start**, all of it at once, by key, value and what is allowed; also an unknown key: the message names the nearest one. A successor that
          does not start for that reason costs nothing: the old process says so and keeps serving.
        - The section is read when `UseGracefulRestart` is called: sources that are added to the configuration later are not seen. Changes count from the next restart.

        What is code and no data is not in the tables: `HostedServices` ([workers.md](workers.md)), `Hooks` ([signals.md](signals.md)), `ReadyWhen`, `LoggerFactory`, `WarmUp.Endpoints`, `Judge.Decide`
        ([safe-releases.md](safe-releases.md#judged-by-what-clients-get)).


        """;

    private static void Append(StringBuilder page, string title, string where, IEnumerable<(string Key, PropertyInfo? Property)> rows)
    {
        page.Append(CultureInfo.InvariantCulture, $"## {title}\n\n{where}\n\n| Key | Type | Default | Meaning |\n|---|---|---|---|\n");
        foreach ((string key, PropertyInfo? property) in rows)
        {
            page.Append(property is null
                ? $"| `{key}` | {string.Join(", ", Enum.GetNames<SignalPreset>())} | `Default` | The signals of a system that you know, see [signals.md](signals.md). Rows of `Signals` come on top. |\n"
                : $"| `{key}` | {Type(property.PropertyType)} | {Default(key)} | {Meaning(property)} |\n");
        }

        page.Append(title == "ASP.NET Core" ? "" : "\n");
    }

    private static PropertyInfo? Find(string key) => key.Split(':') is [var outer, var inner]
        ? typeof(GracefulRestartOptions).GetProperty(outer)!.PropertyType.GetProperty(inner)
        : typeof(GracefulRestartOptions).GetProperty(key);

    private static string Type(Type type) => type switch
    {
        _ when type == typeof(TimeSpan) => "duration",
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(int) => "number",
        _ when type == typeof(string) => "text",
        _ when type == typeof(SignalTable) => "signal: action",
        _ when type == typeof(IList<WarmUpRequest>) => "list of paths, or of `Path`, `Method`, `Headers`",
        _ when type.IsEnum => string.Join(", ", Enum.GetNames(type)),
        _ => "list of texts",
    };

    private static string Default(string key)
    {
        var options = new GracefulRestartOptions();
        object of = key.Split(':') is [var outer, _] ? typeof(GracefulRestartOptions).GetProperty(outer)!.GetValue(options)! : options;
        object? value = Find(key)!.GetValue(of);
        return value switch
        {
            null => "none",
            TimeSpan time => time.TotalSeconds < 1 ? $"`{time.TotalMilliseconds:0}ms`" : $"`{time.TotalSeconds:0}s`",
            bool on => on ? "`true`" : "`false`",
            SignalTable => "`SignalPreset`",
            string text => $"`{text}`",
            IEnumerable list => list.Cast<object>().Any() ? $"`{string.Join(", ", list.Cast<object>())}`" : "none",
            _ => $"`{value}`",
        };
    }

    private static string Meaning(PropertyInfo property)
    {
        XElement summary = Comments[$"P:{property.DeclaringType!.FullName}.{property.Name}"].Element("summary")!;
        string text = string.Concat(summary.Nodes().Select(node => node switch
        {
            XElement { Name.LocalName: "see" } see => see.Attribute("cref")!.Value.EndsWith("InfiniteTimeSpan", StringComparison.Ordinal) ? "`infinite`" : $"`{Short(see.Attribute("cref")!.Value)}`",
            XElement other => $"`{other.Value}`",
            _ => node.ToString(),
        }));
        return Spaces().Replace(text, " ").Trim().Replace("|", "\\|", StringComparison.Ordinal).Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal);
    }

    // Members of options stand for themselves, others follow their type.
    private static string Short(string reference)
    {
        string[] names = reference.Split('.', ':');
        return names[0] is "T" || names[^2] is "RestartStrategy" || names[^2].EndsWith("Options", StringComparison.Ordinal) ? names[^1] : $"{names[^2]}.{names[^1]}";
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
