using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Baton.Cli.Discovery;
using Baton.Control;
using Baton.Handover;

namespace Baton.Cli.Output;

/// <summary>
/// What <c>--json</c> writes: an object on each line; the last one is of kind <c>result</c>. The objects of a service's story are the lines of the control
/// protocol, with the version of this format in front. Described in docs/cli.md.
/// </summary>
internal sealed class JsonLines(TextWriter writer, string command)
{
    /// <summary>Counts up when a field changes its meaning or goes; new fields and kinds may come without.</summary>
    internal const int SchemaVersion = 1;

    // For programs and terminals, not for web pages: quotation marks need no \u0027.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal void Write(ControlAnswer answer)
    {
        // {"kind":…  becomes  {"schemaVersion":1,"kind":…
        string line = Encoding.UTF8.GetString(ControlCodec.Encode(answer));
        writer.WriteLine($$"""{"schemaVersion":{{SchemaVersion}},{{line.AsSpan(1).TrimEnd('\n')}}""");
        writer.Flush();
    }

    /// <param name="exitCode">What the program will exit with.</param>
    /// <param name="failure">One word; null if all is well.</param>
    /// <param name="explanation">The same in words.</param>
    /// <param name="more">What the command has to say beyond.</param>
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

    /// <summary>Processes that do not answer: the letter of the state as in proc(5), and what it means.</summary>
    internal static void WriteProcesses(Utf8JsonWriter json, IReadOnlyList<ProcessLook> processes)
    {
        json.WriteStartArray("processes");
        foreach (ProcessLook process in processes)
        {
            json.WriteStartObject();
            json.WriteNumber("pid", process.Pid);
            json.WriteString("state", process.State.ToString());
            json.WriteString("description", process.Words);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>The path of the socket, and whose service it is.</summary>
    internal static void WriteService(Utf8JsonWriter json, FoundService service)
    {
        json.WriteString("socket", service.Socket);
        json.WriteNumber("uid", service.User);
        json.WriteString("user", ServiceUser.NameOf(service.User));
    }

    /// <summary>The whole status, as on the control socket.</summary>
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
