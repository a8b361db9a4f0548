using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Baton.Bench.Services;

/// <summary>How a service is started.</summary>
/// <param name="Program">One of <see cref="ServicePrograms"/>.</param>
/// <param name="Addresses">Where it listens for HTTP/1.1; at least one.</param>
internal sealed record ServiceCommand(string Program, params IReadOnlyList<IPEndPoint> Addresses)
{
    /// <summary>Where it is asked whether it serves.</summary>
    public IPEndPoint Address => Addresses[0];

    /// <summary>Where it also listens, for HTTP/2 without TLS; null: nowhere.</summary>
    public IPEndPoint? Http2Address { get; init; }

    /// <summary>Further arguments.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>What is added to the environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public ProcessStartInfo ToStartInfo()
    {
        var start = new ProcessStartInfo(Program, AllArguments())
        {
            // Not the terminal: a service that was started in one leaves a shell there.
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in Environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private IEnumerable<string> AllArguments()
    {
        // Baton's own lines are few, none of them for a request, and one of them says how long the handover took.
        yield return "--Logging:LogLevel:Default=Warning";
        yield return "--Logging:LogLevel:Microsoft.AspNetCore=Warning";
        yield return "--Logging:LogLevel:Baton=Information";
        for (int i = 0; i < Addresses.Count; i++)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"--Kestrel:Endpoints:Http{i}:Url=http://{Addresses[i]}");
        }

        if (Http2Address is not null)
        {
            yield return $"--Kestrel:Endpoints:H2c:Url=http://{Http2Address}";
            yield return "--Kestrel:Endpoints:H2c:Protocols=Http2";
        }

        foreach (string argument in Arguments)
        {
            yield return argument;
        }
    }
}
