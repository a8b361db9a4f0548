using System.ComponentModel;
using System.Security.Authentication;

namespace Baton.AspNetCore.WarmingUp;

/// <summary>Sends all requests of the warm-up, and counts the results.</summary>
internal sealed class WarmUpRun(WarmUpOptions options, Action<string> reportFailure, Action<string, string> leftOut)
{
    // From this status on the server itself has failed. Any lower status went through the whole server.
    private const int FirstBadStatus = 500;

    private readonly HashSet<string> _failures = [];
    private WarmUpRequest? _asked;

    /// <summary>Requests that were answered, with any status.</summary>
    internal int Answered { get; private set; }

    internal string? FirstFailure { get; private set; }

    /// <summary>Opens the connections one after another. Gives up an endpoint that does not answer.</summary>
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

    /// <summary>Uses one connection, or more if the server ends it with an answer.</summary>
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

    /// <summary>Reports each failure once, however many rounds there are.</summary>
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
