using System.Buffers.Binary;
using System.Text;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>C10: a successor that does not speak the handover protocol, or breaks it, takes nothing over.</summary>
public sealed class ChannelTests
{
    private static readonly ServiceSetup Setup =
        new ServiceSetup().With("--GracefulRestart:HandshakeTimeout=00:00:05", "--GracefulRestart:ReadyTimeout=00:00:20");

    public static TheoryData<string, byte[], string> Garbage => new()
    {
        { "another protocol", "HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), "A message of 1213486160 bytes was announced" },
        { "a length of zero", [0, 0, 0, 0], "A message of 0 bytes was announced" },
        { "a negative length", [255, 255, 255, 255], "A message of -1 bytes was announced" },
        { "half a header", [0, 0], "did not finish a message within 5 s" },
        { "half a message", [0, 0, 1, 0, .. "{"u8], "did not finish a message within 5 s" },
        { "no JSON", Frame("no JSON"), "A message that is not valid arrived" },
        { "no kind", Frame("{}"), "A message" },
        { "an unknown kind", Frame("""{"kind":"surrender","optional":false,"body":{}}"""), "unknown kind \"surrender\"" },
        { "a hello without fields", Frame("""{"kind":"hello","optional":false,"body":{}}"""), "A message that is not valid arrived" },
        { "a later version", Frame(HelloOfVersion(99)), "speaks handover protocol 99 to 99" },
        { "the predecessor's words", Frame("""{"kind":"taken-back","optional":false,"body":{}}"""), "It said TakenBack before Hello" },
        { "ready before hello", Frame("""{"kind":"ready","optional":false,"body":{"claimed":[]}}"""), "broke the handover" },
        { "hello twice", [.. Frame(HelloOfVersion(1)), .. Frame(HelloOfVersion(1))], "broke the handover" },
    };

    [Theory]
    [MemberData(nameof(Garbage))]
    public async Task Successor_that_breaks_the_protocol_is_killed_and_its_predecessor_serves(string name, byte[] bytes, string reason)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        int pid = service.Pid;

        service.SetNextBehaviour($"say {Convert.ToBase64String(bytes)}");
        string line = await service.FailToRestartAsync();

        Assert.True(line.Contains(reason, StringComparison.Ordinal), $"{name}: {line}");
        Assert.Equal([pid], service.Living);
        Assert.Equal(pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
        service.SetNextBehaviour("");
        await service.RestartAsync();
    }

    private static string HelloOfVersion(int version) =>
        $$$"""{"kind":"hello","optional":false,"body":{"minVersion":{{{version}}},"maxVersion":{{{version}}},"pid":1,"program":"impostor"}}""";

    private static byte[] Frame(string text)
    {
        byte[] frame = new byte[4 + Encoding.UTF8.GetByteCount(text)];
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - 4);
        Encoding.UTF8.GetBytes(text, frame.AsSpan(4));
        return frame;
    }
}
