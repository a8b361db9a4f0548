using System.ComponentModel;
using System.Security.Authentication;

namespace Baton.AspNetCore.WarmingUp;

/// <summary>One pass through all requests of the warm-up, and what came of it.</summary>
internal sealed class WarmUpRun(WarmUpOptions options, Action<string> reportFailure, Action<string, string> leftOut)
{
    // From here on the server itself has failed; anything below has been through it.
    private const int FirstBadStatus = 500;

    private readonly HashSet<string> _failures = [];
    private WarmUpRequest? _asked;

    /// <summary>Requests that were answered, well or not.</summary>
    internal int Answered { get; private set; }

    internal string? FirstFailure { get; private set; }

    /// <summary>Opens its connections one after another. An endpoint that does not answer is given up.</summary>
    internal async Task WarmAsync(WarmUpEndpoint endpoint, CancellationToken limit)
    {
        _asked = null;
        if (endpoint.IsWithoutHttp)
        {
            leftOut(endpoint.Name, "its connections go to a connection handler");
            return;
        }

        try
        {
            bool speaksHttp = true;
            for (int i = 0; i < options.Connections && speaksHttp; i++)
            {
                speaksHttp = await SendAllAsync(endpoint, limit).ConfigureAwait(false);
            }

            if (!speaksHttp)
            {
                leftOut(endpoint.Name, "the first to read from its connections is not HTTP");
            }
        }
        catch (Exception e) when (e is IOException or AuthenticationException or Win32Exception)
        {
            Fail(endpoint, e.Message);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            Fail(endpoint, "no answer in time");
        }
    }

    /// <summary>On one connection, or more if the server ends one with its answer.</summary>
    private async Task<bool> SendAllAsync(WarmUpEndpoint endpoint, CancellationToken limit)
    {
        WarmUpRequest[] requests = [.. Enumerable.Repeat(options.Requests, options.Rounds).SelectMany(all => all)];
        for (int next = 0; next < requests.Length;)
        {
            if (!await endpoint.ConnectAsync(SendAsync, limit).ConfigureAwait(false))
            {
                return false;
            }

            async Task SendAsync(IWarmUpClient client)
            {
                while (next < requests.Length && !client.HasEnded)
                {
                    _asked = requests[next];
                    WarmUpAnswer answer = await client.AskAsync(_asked, limit).ConfigureAwait(false);
                    if (!answer.WantsHttp2 || !endpoint.SpeakHttp2())
                    {
                        Take(answer, endpoint);
                        next++;
                    }
                }
            }
        }

        return true;
    }

    private void Take(WarmUpAnswer answer, WarmUpEndpoint endpoint)
    {
        Answered++;
        if (answer.Status >= FirstBadStatus)
        {
            Fail(endpoint, $"answered {answer.Status}");
        }
    }

    /// <summary>Each failure once, however many rounds it has.</summary>
    private void Fail(WarmUpEndpoint endpoint, string what)
    {
        string failure = $"{_asked?.ToString() ?? "connecting"} at {endpoint.Name}: {what}";
        if (_failures.Add(failure))
        {
            FirstFailure ??= failure;
            reportFailure(failure);
        }
    }
}
