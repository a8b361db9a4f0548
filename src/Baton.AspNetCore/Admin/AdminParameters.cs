using System.Net.Mime;
using Baton.Configuration;
using Baton.Control;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Baton.AspNetCore.Admin;

/// <summary>Reads the parameters of an operation from the query and from a form.</summary>
internal static class AdminParameters
{
    private const int MostParameters = 16;
    private static readonly string[] s_program = ["program", "newExeFilePath"];

    /// <exception cref="BadHttpRequestException">The parameters cannot be read; the message says why.</exception>
    internal static async Task<ControlRequest> ReadAsync(HttpContext context, ControlCommand command, TimeSpan limit)
    {
        var given = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        Add(given, context.Request.Query);
        Add(given, await ReadFormAsync(context, limit).ConfigureAwait(false));
        string[] known = command switch
        {
            ControlCommand.Restart => [.. s_program, "confirmWithin", "wait"],
            ControlCommand.Shutdown => ["wait", "force"],
            _ => ["wait"],
        };
        if (given.Keys.FirstOrDefault(k => !known.Contains(k, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            // A mistyped "program" must not restart another program.
            throw new BadHttpRequestException($"There is no parameter \"{unknown}\" here; there is {string.Join(", ", known)}.");
        }

        if (s_program.All(given.ContainsKey))
        {
            throw new BadHttpRequestException("program and newExeFilePath are the same; give one of them.");
        }

        string? program = s_program.Select(name => given.GetValueOrDefault(name)).FirstOrDefault(p => !string.IsNullOrEmpty(p));
        return new ControlRequest(command)
        {
            Program = program,
            ConfirmWithin = Time(given, "confirmWithin"),
            Wait = Switch(given, "wait", otherwise: true),
            Force = Switch(given, "force", otherwise: false),
        };
    }

    private static void Add(Dictionary<string, string> given, IEnumerable<KeyValuePair<string, StringValues>> parameters)
    {
        foreach ((string name, StringValues values) in parameters)
        {
            if (values.Count != 1 || !given.TryAdd(name, values.ToString()))
            {
                throw new BadHttpRequestException($"The parameter \"{name}\" is there more than once.");
            }
        }
    }

    private static bool Switch(Dictionary<string, string> given, string name, bool otherwise) =>
        given.GetValueOrDefault(name, "") switch
        {
            "" => otherwise,
            "1" => true,
            "0" => false,
            string text => bool.TryParse(text, out bool value)
                ? value
                : throw new BadHttpRequestException($"The parameter \"{name}\" is true or false."),
        };

    // As in the configuration: 30m, or 00:30:00.
    private static TimeSpan? Time(Dictionary<string, string> given, string name)
    {
        if (given.GetValueOrDefault(name, "") is not { Length: > 0 } text)
        {
            return null;
        }

        TimeSpan time = TimeSpan.Zero;
        try
        {
            time = new OptionValue(name, name, text, static () => []).Duration();
        }
        catch (OptionFormatException)
        {
            // Refused below, like one out of range.
        }

        return time > TimeSpan.Zero && time <= TimeSpan.FromDays(1)
            ? time
            : throw new BadHttpRequestException($"The parameter \"{name}\" is a time such as 30m: more than zero, at most 24h.");
    }

    private static async Task<IEnumerable<KeyValuePair<string, StringValues>>> ReadFormAsync(HttpContext context, TimeSpan limit)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            return [];
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = ControlProtocol.MaxRequestBytes;
        }

        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out MediaTypeHeaderValue? type)
            || type.MediaType != MediaTypeNames.Application.FormUrlEncoded)
        {
            return context.Request.ContentLength is null or 0 && context.Request.ContentType is null
                ? []
                : throw new BadHttpRequestException(
                    "A body is a form: application/x-www-form-urlencoded.", StatusCodes.Status415UnsupportedMediaType);
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        deadline.CancelAfter(limit);
        try
        {
            // Not context.Request.ReadFormAsync: at the limit it aborts the request, and the client gets no answer.
            var reader = new FormPipeReader(context.Request.BodyReader)
            {
                ValueCountLimit = MostParameters,
                KeyLengthLimit = ControlProtocol.MaxRequestBytes,
                ValueLengthLimit = ControlProtocol.MaxRequestBytes,
            };
            return await reader.ReadFormAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            throw new BadHttpRequestException($"The form can't be read: {e.Message}", e);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            throw new BadHttpRequestException(
                $"The body did not come within {limit.TotalSeconds:0.###} s.", StatusCodes.Status408RequestTimeout);
        }
    }
}
