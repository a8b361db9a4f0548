using System.Text;
using Baton.Handover;

namespace Baton.Tests.Handover;

/// <summary>C10, S5: fields of the messages of a probation with values that no Baton would send. Whatever it is, it is a protocol error or a message, and nothing else.</summary>
public class HostileMessageTests
{
    private static readonly string[] HostileValues =
        ["null", "-1", "0", "1.5", "1e99", "-1e99", "2147483648", "99999999999999999999", "true", "\"\"", "\"7\"", "\"\\ud800\"", "[]", "[null]", "[[]]", "{}", "{\"pid\":null}"];

    public static TheoryData<string, string> Fields => new()
    {
        { "progress", "phase detail" },
        { "commit", "probationMs heartbeatMs" },
        { "alive", "connections requests" },
        { "unhealthy", "reason" },
        { "stopping", "trigger" },
        { "give-back", "reason" },
        { "confirm-asked", "trigger" },
        { "confirmed", "older" },
        { "shutdown", "trigger" },
        { "restart", "trigger" },
        { "report", "pid generation state connections requestCount requests" },
        { "force", "trigger" },
        { "remaining", "pid generation state connections requestCount requests" },
    };

    [Theory]
    [MemberData(nameof(Fields))]
    public void Decode_AnyValueInAnyField_IsAMessageOrAProtocolError(string kind, string fields)
    {
        foreach (string field in fields.Split(' '))
        {
            foreach (string value in HostileValues)
            {
                TryDecode(kind, With(kind, field, $"\"{field}\":{value}"));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Fields))]
    public void Decode_AFieldIsMissing_IsAProtocolError(string kind, string fields) =>
        Assert.All(fields.Split(' '), field => Assert.False(TryDecode(kind, With(kind, field, "\"other\":0"))));

    // The last one counts, as everywhere in .NET; what must not be is another exception.
    [Theory]
    [MemberData(nameof(Fields))]
    public void Decode_AFieldTwice_IsTheLastOne(string kind, string fields) =>
        Assert.All(fields.Split(' '), field => Assert.True(TryDecode(kind, $"\"{field}\":null,{Body(kind)}"), field));

    [Theory]
    [InlineData("commit", """{"probationMs":-1,"heartbeatMs":0}""")]
    [InlineData("commit", """{"probationMs":0,"heartbeatMs":-1}""")]
    [InlineData("commit", """{"probationMs":2147483648,"heartbeatMs":0}""")]
    [InlineData("commit", """{"probationMs":"10","heartbeatMs":0}""")]
    [InlineData("confirmed", """{"older":[{"pid":1}]}""")]
    [InlineData("confirmed", """{"older":[null]}""")]
    [InlineData("confirmed", """{"older":{"pid":1,"generation":1}}""")]
    [InlineData("report", """{"pid":1,"generation":1,"state":7,"connections":{},"requestCount":0,"requests":[]}""")]
    [InlineData("report", """{"pid":1,"generation":1,"state":"Draining","connections":[],"requestCount":0,"requests":[]}""")]
    [InlineData("report", """{"pid":1,"generation":1,"state":"Draining","connections":{"idle":"1"},"requestCount":0,"requests":[]}""")]
    [InlineData("report", """{"pid":1,"generation":1,"state":"Draining","connections":{},"requestCount":0,"requests":[{"path":"/","ageMs":-1}]}""")]
    [InlineData("report", """{"pid":1,"generation":1,"state":"Draining","connections":{},"requestCount":0,"requests":[7]}""")]
    public void Decode_NotWhatTheFieldMeans_IsAProtocolError(string kind, string body) =>
        Assert.Equal(RestartFailure.ProtocolError, Assert.Throws<RestartException>(() => Decode(kind, body)).Failure);

    // Of a newer version; only a line of somebody's status is at stake.
    [Theory]
    [InlineData("Hibernating")]
    [InlineData("42")]
    [InlineData("Serving, Exited")]
    public void Decode_AStateThatIsUnknownHere_IsNoReasonToBreak(string state)
    {
        HandoverMessage message = Decode("report", "{" + With("report", "state", $"\"state\":\"{state}\"") + "}");
        Assert.Equal(default, Assert.IsType<HandoverMessage.Report>(message).Status.State);
    }

    [Fact]
    public void Decode_AConnectionKindTwice_IsTheLastOne()
    {
        HandoverMessage message = Decode("report", "{" + With("report", "connections", """ "connections":{"idle":1,"idle":2}""") + "}");
        Assert.Equal(2, Assert.IsType<HandoverMessage.Report>(message).Status.Connections["idle"]);
    }

    // Infinite, and longer than there are numbers for: as long as can be said.
    [Theory]
    [InlineData(-1, int.MaxValue)]
    [InlineData(0, 0)]
    [InlineData(0.2, 1)]
    [InlineData(1250, 1250)]
    [InlineData(1e14, int.MaxValue)]
    public void Commit_AnyLength_ArrivesAsMilliseconds(double sent, int arrives)
    {
        TimeSpan span = sent < 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(sent);
        HandoverMessage message = HandoverCodec.Decode(HandoverCodec.Encode(new HandoverMessage.Commit(span, span)));
        Assert.Equal(new HandoverMessage.Commit(TimeSpan.FromMilliseconds(arrives), TimeSpan.FromMilliseconds(arrives)), message);
    }

    // Half a character, as a log line cut in the middle has: what it says must still arrive.
    [Fact]
    public void Encode_TextThatIsNotUnicode_Arrives() =>
        Assert.StartsWith("no ", Assert.IsType<HandoverMessage.Unhealthy>(HandoverCodec.Decode(HandoverCodec.Encode(new HandoverMessage.Unhealthy("no \ud83d")))).Reason, StringComparison.Ordinal);

    private static HandoverMessage Decode(string kind, string body) =>
        HandoverCodec.Decode(Encoding.UTF8.GetBytes($$"""{"kind":"{{kind}}","optional":false,"body":{{body}}}"""));

    private static bool TryDecode(string kind, string members)
    {
        try
        {
            Decode(kind, $"{{{members}}}");
            return true;
        }
        catch (RestartException e)
        {
            Assert.Equal(RestartFailure.ProtocolError, e.Failure);
            return false;
        }
    }

    private static string Body(string kind)
    {
        HandoverMessage message = Messages.All.Single(m => $"\"kind\":\"{kind}\"" is var text && Encoding.UTF8.GetString(HandoverCodec.Encode(m)).Contains(text, StringComparison.Ordinal));
        string json = Encoding.UTF8.GetString(HandoverCodec.Encode(message));
        return json[(json.IndexOf("\"body\":{", StringComparison.Ordinal) + 8)..^2];
    }

    // The good body with one member replaced, which stands last.
    private static string With(string kind, string field, string member)
    {
        var body = System.Text.Json.Nodes.JsonNode.Parse($"{{{Body(kind)}}}")!.AsObject();
        body.Remove(field);
        string rest = body.ToJsonString()[1..^1];
        return rest.Length == 0 ? member : $"{rest},{member}";
    }
}
