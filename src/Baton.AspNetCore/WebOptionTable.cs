using Baton.Hosting.Configuration;
using Microsoft.Extensions.Configuration;

namespace Baton.AspNetCore;

/// <summary>The rows of <see cref="OptionTable"/> and those of an ASP.NET Core application.</summary>
internal static class WebOptionTable
{
    internal static (string Key, BindOption<GracefulRestartOptions> Bind)[] All() =>
    [
        .. OptionTable.Hosted(),
        ("IdleGrace", static (o, v) => o.IdleGrace = v.Duration()),
        ("UnfinishedRequestGrace", static (o, v) => o.UnfinishedRequestGrace = v.Duration()),
        ("WarmUp", static (o, v) => SectionBinder.BindChildren(v, o.WarmUp, WarmUp())),
        ("Admin", static (o, v) => SectionBinder.BindChildren(v, o.Admin, Admin())),
    ];

    internal static (string Key, BindOption<RestartAdminOptions> Bind)[] Admin() =>
    [
        ("AllowRemote", static (o, v) => o.AllowRemote = v.Switch()),
        ("AllowUnixSockets", static (o, v) => o.AllowUnixSockets = v.Switch()),
        ("AllowOtherUsers", static (o, v) => o.AllowOtherUsers = v.Switch()),
        ("AllowedHosts", static (o, v) => v.Into(o.AllowedHosts, static i => i.Text())),
        ("MaxStreams", static (o, v) => o.MaxStreams = v.Number()),
        ("Timeout", static (o, v) => o.Timeout = v.Duration()),
    ];

    internal static (string Key, BindOption<WarmUpOptions> Bind)[] WarmUp() =>
    [
        ("Enabled", static (o, v) => o.Enabled = v.Switch()),
        ("Requests", static (o, v) => v.Into(o.Requests, Request)),
        ("Connections", static (o, v) => o.Connections = v.Number()),
        ("Rounds", static (o, v) => o.Rounds = v.Number()),
        ("Timeout", static (o, v) => o.Timeout = v.Duration()),
        ("Required", static (o, v) => o.Required = v.Switch()),
        ("Host", static (o, v) => o.Host = v.Text()),
    ];

    // A path alone, or an object of the parts.
    private static WarmUpRequest Request(OptionValue value)
    {
        if (value.Section.Value is { Length: > 0 } path)
        {
            return new WarmUpRequest(path);
        }

        var parts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["Method"] = "GET" };
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        SectionBinder.BindChildren<object>(value, parts,
        [
            ("Path", (_, v) => parts["Path"] = v.Text()),
            ("Method", (_, v) => parts["Method"] = v.Text()),
            ("Headers", (_, v) =>
            {
                foreach (IConfigurationSection header in v.Section.GetChildren())
                {
                    headers[header.Key] = new OptionValue(header).Text();
                }
            }),
        ]);
        return parts.TryGetValue("Path", out string? given)
            ? new WarmUpRequest(given, parts["Method"]) { Headers = headers }
            : throw value.Refuse("a path, or an object with Path and, if wanted, Method and Headers");
    }
}
