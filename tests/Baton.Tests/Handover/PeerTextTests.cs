using System.Text;
using System.Text.Json;
using Baton.Control;
using Baton.Handover;
using Baton.Tests.Control;

namespace Baton.Tests.Handover;

/// <summary>Texts of another process: whatever they hold, what arrives is short, and nothing in it acts on whoever reads it.</summary>
public class PeerTextTests
{
    // An escape that colours, one that sets the title, a line of a log that is forged, a carriage return that hides, text that runs backwards, half a character, a zero.
    private const string Hostile = "\u001b[31mred\u001b[0m\u001b]0;title\u0007 \r\n12:00 fake line\rover\u202Eesrever\u2028next\u0000\t\ud83d end";

    private static readonly string Endless = Hostile + new string('x', 900_000);

    public static TheoryData<string> Texts => new(Hostile, Endless, new string('\u001b', 900_000), new string('\ud83d', 5000), "");

    [Theory]
    [MemberData(nameof(Texts))]
    public void Decode_AnyTextOfAHandover_IsShortAndPrintable(string text)
    {
        string json = JsonSerializer.Serialize(text);
        string record = $$"""
            {"askedAt":null,"trigger":{{json}},"program":{{json}},"generation":2,"successorPid":1,"failure":null,"explanation":{{json}},"durationMs":1,
            "phases":[{"name":{{json}},"detail":{{json}},"durationMs":1}]}
            """;
        string status = $$"""
            {"pid":1,"generation":1,"state":{{json}},"connections":{ {{json}}:1},"requestCount":0,"requests":[{"path":{{json}},"ageMs":1}],"version":{{json}}}
            """;
        string[] texts =
        [
            ((HandoverMessage.Hello)Decode("hello", $$"""{"minVersion":1,"maxVersion":1,"pid":1,"program":{{json}}}""")).Program,
            ((HandoverMessage.Progress)Decode("progress", $$"""{"phase":{{json}},"detail":{{json}}}""")).Phase.Text,
            ((HandoverMessage.Progress)Decode("progress", $$"""{"phase":{{json}},"detail":{{json}}}""")).Detail,
            .. ((string[])["failed", "refused", "unhealthy"]).Select(kind => Words(Decode(kind, $$"""{"reason":{{json}}}"""))),
            .. ((string[])["stopping", "shutdown", "restart", "force"]).Select(kind => Words(Decode(kind, $$"""{"trigger":{{json}}}"""))),
            .. Of(((HandoverMessage.Report)Decode("report", status)).Status),
            .. Of(((HandoverMessage.Remaining)Decode("remaining", status)).Status),
            .. ((HandoverMessage.History)Decode("history", $$"""{"restarts":[{{record}}]}""")).Restarts.SelectMany(Of),
        ];
        Assert.All(texts, AssertHarmless);
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Decode_AnyTextOfAControlRequestOrAnswer_IsShortAndPrintable(string text)
    {
        string json = JsonSerializer.Serialize(text);
        ControlRequest request = ControlCodec.DecodeRequest(Line($$"""{"protocol":1,"command":"status","by":{{json}}}"""));
        var end = (ControlAnswer.End)ControlCodec.DecodeAnswer(Line($$"""{"kind":"end","failure":{{json}},"explanation":{{json}}}"""));
        var phase = (ControlAnswer.Phase)ControlCodec.DecodeAnswer(Line($$"""{"kind":"phase","name":{{json}},"detail":{{json}},"elapsedMs":1}"""));
        string[] texts = [request.By, end.Failure!.Name, phase.Name.Text, phase.Detail];
        Assert.All(texts, AssertHarmless);
        Assert.All(end.Explanation.Split('\n'), AssertHarmless);
    }

    // A check's output has lines.
    [Fact]
    public void Decode_AnExplanationOfSeveralLines_KeepsThem()
    {
        var answer = (ControlAnswer.End)ControlCodec.DecodeAnswer(Line("""{"kind":"end","explanation":"first\r\n\u001b[1msecond\u001b[0m"}"""));
        Assert.Equal("first\nsecond", answer.Explanation);
    }

    [Fact]
    public void Decode_AKindThatNobodyKnows_IsNamedHarmlessly()
    {
        RestartException e = Assert.Throws<RestartException>(() => HandoverCodec.Decode(Encoding.UTF8.GetBytes("{\"kind\":" + JsonSerializer.Serialize(Endless) + ",\"optional\":false,\"body\":{}}")));
        AssertHarmless(e.Message);
    }

    // What is compared or opened must not change.
    [Fact]
    public void Decode_KeysAndPaths_ArriveAsTheyAre()
    {
        string path = "/run/\u00e4 b\u202e\n.sock" + new string('p', 4000);
        Assert.Equal(["unix:" + path], ((HandoverMessage.Ready)HandoverCodec.Decode(HandoverCodec.Encode(new HandoverMessage.Ready(["unix:" + path])))).Claimed);
        Assert.Equal(path, ControlCodec.DecodeRequest(ControlCodec.Encode(new ControlRequest(ControlCommand.Restart) { Program = path }).AsMemory()[..^1]).Program);
        Assert.Throws<RestartException>(() => HandoverCodec.Decode(HandoverCodec.Encode(new HandoverMessage.Ready([new string('k', PeerText.LongestKey + 1)]))));
    }

    [Fact]
    public void Decode_AListWithoutEnd_IsCut()
    {
        string requests = string.Join(',', Enumerable.Repeat("""{"path":"/","ageMs":1}""", 20_000));
        string kinds = string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"k{i}\":1"));
        var report = (HandoverMessage.Report)Decode("report", $$"""{"pid":1,"generation":1,"state":"Draining","connections":{ {{kinds}} },"requestCount":0,"requests":[{{requests}}]}""");
        Assert.Equal((20, PeerText.MostItems), (report.Status.Connections.Count, report.Status.Requests.Count));
    }

    private static void AssertHarmless(string text)
    {
        // Each character that would act is shown as six.
        Assert.InRange(text.Length, 0, PeerText.LongestText + 200);
        Assert.DoesNotContain(text, c => char.IsControl(c) || char.IsSurrogate(c) || c is '\u202E' or '\u2028');
    }

    private static string Words(HandoverMessage message) => message switch
    {
        HandoverMessage.Failed m => m.Reason,
        HandoverMessage.Refused m => m.Reason,
        HandoverMessage.Unhealthy m => m.Reason,
        HandoverMessage.Stopping m => m.Trigger.Description,
        HandoverMessage.Shutdown m => m.Trigger.Description,
        HandoverMessage.Restart m => m.Trigger.Description,
        HandoverMessage.Force m => m.Trigger.Description,
        _ => throw new ArgumentOutOfRangeException(nameof(message)),
    };

    private static IEnumerable<string> Of(GenerationStatus status) => [.. status.Connections.Keys, .. status.Requests.Select(r => r.Path), status.Version];

    private static IEnumerable<string> Of(RestartRecord record) =>
        [record.Trigger.Description, record.Program, .. record.Explanation.Split('\n'), .. record.Phases.SelectMany(p => (string[])[p.Name, p.Detail])];

    private static ReadOnlyMemory<byte> Line(string json) => Encoding.UTF8.GetBytes(json);

    private static HandoverMessage Decode(string kind, string body) =>
        HandoverCodec.Decode(Encoding.UTF8.GetBytes($$"""{"kind":"{{kind}}","optional":false,"body":{{body}}}"""));
}
