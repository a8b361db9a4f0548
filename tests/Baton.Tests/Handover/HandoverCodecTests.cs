using System.Reflection;
using System.Text;
using Baton.Handover;

namespace Baton.Tests.Handover;

public class HandoverCodecTests
{
    [Fact]
    public void Decode_WhatWasEncoded_IsTheSameMessage() =>
        Assert.All(Messages.All, m => Messages.AssertSame(m, HandoverCodec.Decode(HandoverCodec.Encode(m))));

    [Fact]
    public void Messages_All_AreAllThatThereAre()
    {
        IEnumerable<Type> sent = typeof(HandoverMessage).GetNestedTypes(BindingFlags.NonPublic).Where(t => t != typeof(HandoverMessage.Unknown));
        Assert.Equal(sent.Select(t => t.Name).Order(), Messages.All.Select(m => m.GetType().Name).Distinct().Order());
    }

    [Fact]
    public void Encode_Unknown_IsNeverSent() =>
        Assert.Throws<ArgumentException>(() => HandoverCodec.Encode(new HandoverMessage.Unknown("later")));

    // C10: the wire form is what an older or newer version reads.
    [Theory]
    [InlineData("hello", """{"minVersion":1,"maxVersion":2,"pid":7,"program":"a"}""")]
    [InlineData("hello", """{"minVersion":1,"maxVersion":2,"pid":7,"program":"a","takesMore":true}""")]
    [InlineData("listeners", """{"version":1,"pid":7,"generation":2,"keys":["tcp:[::]:80"],"more":false}""")]
    [InlineData("hello", """{"minVersion":1,"maxVersion":2,"pid":7,"program":"a","loads":["lock"]}""")]
    [InlineData("resources", """{"keys":["lock:/run/baton/shop.lock"]}""")]
    [InlineData("resources", "{\"keys\":[],\"state\":[{\"name\":\"hits\",\"version\":2,\"length\":3,\"sha256\":\"AB\",\"back\":true,\"data\":\"AQL/\"}]}")]
    [InlineData("loaded", "{}")]
    [InlineData("progress", """{"phase":"warming up","detail":"3 of 4"}""")]
    [InlineData("progress", """{"phase":"warm-up","detail":"3 of 4","phaseKind":"WarmUp"}""")]
    [InlineData("ready", """{"claimed":["tcp:[::]:80"]}""")]
    [InlineData("failed", """{"reason":"why"}""")]
    [InlineData("commit", """{"probationMs":10000,"heartbeatMs":1250}""")]
    [InlineData("refused", """{"reason":"why"}""")]
    [InlineData("alive", """{"connections":3,"requests":5}""")]
    [InlineData("alive", """{"connections":3,"requests":5,"traffic":[{"endpoint":"GET /a","requests":3,"failures":2,"exceptions":1,"latencies":[7,1,40,2]}]}""")]
    [InlineData("unhealthy", """{"reason":"why"}""")]
    [InlineData("stopping", """{"trigger":"SIGTERM"}""")]
    [InlineData("stopping", """{"trigger":"SIGTERM","by":{"kind":"Signal","signal":15}}""")]
    [InlineData("handed-on", "{}")]
    [InlineData("taken-back", "{}")]
    [InlineData("confirmed", """{"older":[{"pid":7,"generation":2}]}""")]
    [InlineData("shutdown", """{"trigger":"SIGTERM"}""")]
    [InlineData("restart", """{"trigger":"SIGUSR2"}""")]
    [InlineData("report", """{"pid":7,"generation":2,"state":"Draining","connections":{"idle":1},"requestCount":2,"requests":[{"path":"/","ageMs":3}]}""")]
    [InlineData("force", """{"trigger":"SIGTERM"}""")]
    [InlineData("force", """{"trigger":"baton (uid 7, pid 8), sent to successor 9","by":{"kind":"ControlSocket","uid":7,"pid":8,"passedOnBy":9}}""")]
    public void Encode_EveryKind_KeepsItsWireForm(string kind, string body)
    {
        string json = $$"""{"kind":"{{kind}}","optional":false,"body":{{body}}}""";
        Assert.Equal(json, Encoding.UTF8.GetString(HandoverCodec.Encode(Decode(json))));
    }

    // C10: what an older version neither says nor knows.
    [Fact]
    public void Encode_AReportWithAllItCanSay_KeepsItsWireForm()
    {
        const string Json = """{"kind":"report","optional":false,"body":{"pid":7,"generation":2,"state":"Draining","connections":{},"requestCount":0,"requests":[],"version":"1.2.3","startedAt":"2026-11-21T12:00:00Z","drainLimitMs":7000,"drainedAt":"2026-11-21T12:00:07Z"}}""";
        var report = (HandoverMessage.Report)Decode(Json);
        Assert.Equal(("1.2.3", TimeSpan.FromSeconds(7)), (report.Status.Version, report.Status.DrainLimit));
        Assert.Equal(Json, Encoding.UTF8.GetString(HandoverCodec.Encode(report)).Replace("\u002B", "+", StringComparison.Ordinal));
    }

    // C10: what an older version passes over.
    [Fact]
    public void Encode_StateThatIsHandedBack_KeepsItsWireForm()
    {
        const string Json = """{"kind":"handed-back","optional":true,"body":{"keys":["state:a"],"state":[{"name":"a","version":1,"length":70000,"sha256":"AB"}],"missing":"b"}}""";
        Assert.Equal(Json, Encoding.UTF8.GetString(HandoverCodec.Encode(Decode(Json))));
    }

    // C10: what an older version neither says nor knows.
    [Fact]
    public void Encode_ARestartWhosePredecessorIsGone_KeepsItsWireForm()
    {
        const string Json = """{"kind":"history","optional":true,"body":{"restarts":[{"askedAt":"2026-11-21T12:00:00Z","trigger":"a","program":"b","generation":2,"successorPid":7,"failure":null,"explanation":"","durationMs":3,"phases":[],"drainedMs":4,"goneMs":5}]}}""";
        var history = (HandoverMessage.History)Decode(Json);
        Assert.Equal((TimeSpan.FromMilliseconds(4), TimeSpan.FromMilliseconds(5)), (history.Restarts[0].DrainedAfter, history.Restarts[0].GoneAfter));
        Assert.Equal(Json, Encoding.UTF8.GetString(HandoverCodec.Encode(history)));
    }

    // C10
    [Fact]
    public void Decode_FieldsOfANewerVersion_AreIgnored()
    {
        HandoverMessage message = Decode("""{"kind":"progress","optional":false,"since":3,"body":{"phase":"a","detail":"","percent":50,"more":{"x":[1]}},"z":null}""");
        Assert.Equal(new HandoverMessage.Progress(Named("a"), ""), message);
    }

    // C10
    [Fact]
    public void Decode_UnknownKind_IsRefused() =>
        Assert.Contains("unknown kind \"later\"", Failure("""{"kind":"later","optional":false,"body":{}}"""), StringComparison.Ordinal);

    // C10
    [Fact]
    public void Decode_UnknownKindMarkedOptional_IsPassedOver() =>
        Assert.Equal(new HandoverMessage.Unknown("later"), Decode("""{"kind":"later","optional":true,"body":{"x":1}}"""));

    // C10
    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("17")]
    [InlineData("\"hello\"")]
    [InlineData("{}")]
    [InlineData("{")]
    [InlineData("""{"kind":null,"optional":false,"body":{}}""")]
    [InlineData("""{"kind":7,"optional":false,"body":{}}""")]
    [InlineData("""{"kind":"hello","optional":false,"body":null}""")]
    [InlineData("""{"kind":"hello","optional":false,"body":[]}""")]
    [InlineData("""{"kind":"hello","optional":false,"body":{}}""")]
    [InlineData("""{"kind":"hello","optional":false}""")]
    [InlineData("""{"kind":"hello","optional":false,"body":{"minVersion":"1","maxVersion":1,"pid":1,"program":"a"}}""")]
    [InlineData("""{"kind":"hello","optional":false,"body":{"minVersion":1e99,"maxVersion":1,"pid":1,"program":"a"}}""")]
    [InlineData("""{"kind":"progress","optional":false,"body":{"phase":null,"detail":""}}""")]
    [InlineData("""{"kind":"progress","optional":false,"body":{"phase":"\ud800","detail":""}}""")]
    [InlineData("""{"kind":"ready","optional":false,"body":{"claimed":null}}""")]
    [InlineData("""{"kind":"alive","optional":false,"body":{"connections":0,"requests":0,"traffic":[{"endpoint":"a","requests":-1,"failures":0,"exceptions":0,"latencies":[]}]}}""")]
    [InlineData("""{"kind":"alive","optional":false,"body":{"connections":0,"requests":0,"traffic":[{"endpoint":"a","requests":1,"failures":0,"exceptions":0,"latencies":[-1,1]}]}}""")]
    [InlineData("""{"kind":"resources","optional":false,"body":{"keys":[],"state":[{"name":"a","version":1,"length":-1,"sha256":""}]}}""")]
    [InlineData("""{"kind":"resources","optional":false,"body":{"keys":[],"state":[{"name":"a","version":1,"length":1,"sha256":"","data":"?"}]}}""")]
    [InlineData("""{"kind":"ready","optional":false,"body":{"claimed":[null]}}""")]
    [InlineData("""{"kind":"ready","optional":false,"body":{"claimed":[1]}}""")]
    [InlineData("""{"kind":"listeners","optional":false,"body":{"version":1,"pid":7,"generation":2,"keys":[null],"more":false}}""")]
    [InlineData("""{"kind":"progress","optional":false,"body":{"phase":"a","detail":""}} {}""")]
    public void Decode_NotAMessage_IsAProtocolError(string json) => Failure(json);

    // C10
    [Fact]
    public void Decode_NestedTooDeep_IsAProtocolError() =>
        Failure("""{"kind":"progress","optional":false,"body":{"phase":"a","detail":"","x":""" + new string('[', 10_000) + new string(']', 10_000) + "}}");

    // C10
    [Fact]
    public void Decode_NotUtf8_IsAProtocolError()
    {
        byte[] frame = Encoding.UTF8.GetBytes("""{"kind":"progress","optional":false,"body":{"phase":"?","detail":""}}""");
        frame[Array.IndexOf(frame, (byte)'?')] = 0xFF;
        Assert.Equal(RestartFailure.ProtocolError, Assert.Throws<RestartException>(() => HandoverCodec.Decode(frame)).Failure);
    }

    private static HandoverMessage Decode(string json) => HandoverCodec.Decode(Encoding.UTF8.GetBytes(json));

    private static string Failure(string json)
    {
        RestartException failure = Assert.Throws<RestartException>(() => Decode(json));
        Assert.Equal(RestartFailure.ProtocolError, failure.Failure);
        return failure.Message;
    }

    [Fact]
    public void Encode_WordsOfTheApplicationThatAreTooLong_AreCut()
    {
        var decoded = (HandoverMessage.Failed)HandoverCodec.Decode(HandoverCodec.Encode(new HandoverMessage.Failed(new string('x', HandoverProtocol.MaxFrameBytes))));
        Assert.Equal(new string('x', PeerText.LongestText), decoded.Reason);
    }

    [Fact]
    public void Encode_MoreRestartsThanFit_IsCutAndHasTheNewest()
    {
        RestartRecord wordy = Messages.Record with { Explanation = new string('\u0001', 16 * 1024) };
        byte[] frame = HandoverCodec.Encode(new HandoverMessage.History([.. Enumerable.Range(0, 2000).Select(i => wordy with { Generation = 2000 - i })]));

        Assert.InRange(frame.Length, 1, HandoverProtocol.MaxFrameBytes);
        Assert.Equal(2000, ((HandoverMessage.History)HandoverCodec.Decode(frame)).Restarts[0].Generation);
    }
}
