using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Baton.Cli.Discovery;
using Baton.Control;
using Baton.Handover;

namespace Baton.Cli.Output;

/// <summary>
/// Writes the output of <c>--json</c>, described in docs/cli.md: one object a line, the last one of kind <c>result</c>. The
/// answers of a
/// service are the lines of the control protocol, with the version of this format in front.
/// </summary>
internal sealed class JsonLines(TextWriter writer, string command)
{
    /// <summary>Increased when a field changes its meaning or is removed, not for new fields and kinds.</summary>
    internal const int SchemaVersion = 1;

    // The readers are programs and terminals, not web pages: quotation marks need no \u0027.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal void Write(ControlAnswer answer)
    {
        // {"kind":…  becomes  {"schemaVersion":1,"kind":…
        string line = Encoding.UTF8.GetString(ControlCodec.Encode(answer));
        writer.WriteLine($$"""{"schemaVersion":{{SchemaVersion}},{{line.AsSpan(1).TrimEnd('\n')}}""");
        writer.Flush();
    }

    /// <param name="exitCode">The exit code of this program.</param>
    /// <param name="failure">One word; null for success.</param>
    /// <param name="explanation">The same as text.</param>
    /// <param name="more">Writes further fields of the command.</param>
    internal void WriteResult(int exitCode, string? failure, string explanation, Action<Utf8JsonWriter>? more = null)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, Readable))
        {
            json.WriteStartObject();
            json.WriteNumber("schemaVersion", SchemaVersion);
            json.WriteString("kind", "result");
            json.WriteString("command", command);
            json.WriteNumber("exitCode", exitCode);
            json.WriteString("failure", failure);
            json.WriteString("explanation", explanation);
            more?.Invoke(json);
            json.WriteEndObject();
        }

        writer.WriteLine(Encoding.UTF8.GetString(bytes.WrittenSpan));
        writer.Flush();
    }

    /// <summary>The processes that do not answer: the letter of the state as in proc(5), and its meaning.</summary>
    internal static void WriteProcesses(Utf8JsonWriter json, IReadOnlyList<ProcessSnapshot> processes)
    {
        json.WriteStartArray("processes");
        foreach (ProcessSnapshot process in processes)
        {
            json.WriteStartObject();
            json.WriteNumber("pid", process.Pid);
            json.WriteString("state", process.State.ToString());
            json.WriteString("description", process.Description);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>The path of the socket and the service's user.</summary>
    internal static void WriteService(Utf8JsonWriter json, FoundService service)
    {
        json.WriteString("socket", service.Socket);
        json.WriteNumber("uid", service.User);
        json.WriteString("user", ServiceUser.NameOf(service.User));
    }

    /// <summary>The whole status, as the control socket sends it.</summary>
    internal static void WriteStatus(Utf8JsonWriter json, string name, RestartStatus? status)
    {
        if (status is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        StatusCodec.Write(json, status, JsonSize.Descending[0]);
        json.WriteEndObject();
    }
}
