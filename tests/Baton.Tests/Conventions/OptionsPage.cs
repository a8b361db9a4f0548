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
        Append(page, "Every program", "Class `RestarterOptions`. Without a host they are set in code only.", rows.Where(r => r.Property?.DeclaringType is null || r.Property.DeclaringType.Assembly == typeof(RestarterOptions).Assembly));
        Append(page, "A host", "Class `HostedRestartOptions`, of `AddGracefulRestart` and of ASP.NET Core.", rows.Where(r => r.Property?.DeclaringType == typeof(HostedRestartOptions)));
        Append(page, "ASP.NET Core", "Class `GracefulRestartOptions`, of `UseGracefulRestart`.", rows.Where(r => r.Property?.DeclaringType is { } t && t.Assembly == typeof(GracefulRestartOptions).Assembly));
        return page.ToString();
    }

    private const string Head = """
        # Options

        Set options in the section `GracefulRestart` of the configuration, or in code. Code has the last word.

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

        The options that people need most:

        | Option | Default | For |
        |---|---|---|
        | `Enabled` | `true` | `false` turns Baton off, for example in tests |
        | `ReadyTimeout` | `60s` | a new process that is not ready by then is killed |
        | `Probation` | `10s` | how long the old process can serve again |
        | `DrainTimeout` | `60s` | how long open requests may take; then they are cut (exit code 124) |
        | `IdleGrace` | `30s` | how long idle connections are kept after a restart |
        | `ShutdownIdleGrace` | `0s` | how long a process serves on after SIGTERM, for slow load balancers |
        | `WarmUp:Requests` | `GET /` | what a process requests from itself before it is ready |
        | `CheckArguments` | none | runs the new program with these first, such as `--check`, like `nginx -t` |
        | `PidFile` | none | a file with the id of the process that serves |
        | `SignalPreset`, `Signals` | SIGUSR2 and SIGHUP restart | what each signal does: [signals.md](signals.md) |

        ## Values

        - **Durations**: `00:00:30`, `30s`, `500ms`, `5m`, `2h`, `1d`. Also `infinite` or `-1`, if the table says so. A number without a unit is
          refused, except `0`.
        - **Lists** replace the default. A single text is a list of one.
        - Names of keys and values may be in upper or lower case.
        - **A wrong value or an unknown key stops the start.** The message lists all of them, with what is allowed; for an unknown key it names
          the nearest one. If a new release does not start for this reason, the old process keeps serving.
        - The section is read when `UseGracefulRestart` is called. Sources that you add to the configuration later are not seen. A change counts
          from the next restart.

        Some options are code only and not in the tables: `HostedServices` ([workers.md](workers.md)), `Hooks` ([signals.md](signals.md)),
        `ReadyWhen`, `LoggerFactory`, `WarmUp.Endpoints`,
        `Judge.Decide` ([safe-releases.md](safe-releases.md#judged-by-what-clients-get)).

        The tables are made from the comments in the code. To change them, change the comments and run the tests with `BATON_UPDATE_DOCS=1`.


        """;

    private static void Append(StringBuilder page, string title, string where, IEnumerable<(string Key, PropertyInfo? Property)> rows)
    {
        page.Append(CultureInfo.InvariantCulture, $"## {title}\n\n{where}\n\n| Key | Type | Default | Meaning |\n|---|---|---|---|\n");
        foreach ((string key, PropertyInfo? property) in rows)
        {
            page.Append(property is null
                ? $"| `{key}` | {string.Join(", ", Enum.GetNames<SignalPreset>())} | `Default` | The signals of another system: [signals.md](signals.md). The rows of `Signals` change this table. |\n"
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
        _ when type == typeof(int) || type == typeof(long) || type == typeof(double) => "number",
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
        string[] names = reference.Split('(')[0].Split('.', ':');
        return names[0] is "T" || names[^2] is "RestartStrategy" || names[^2].EndsWith("Options", StringComparison.Ordinal) ? names[^1] : $"{names[^2]}.{names[^1]}";
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
