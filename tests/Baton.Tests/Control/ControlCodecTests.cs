using System.Text;
using Baton.Control;

namespace Baton.Tests.Control;

public class ControlCodecTests
{
    public static TheoryData<int> Requests => [.. Enumerable.Range(0, ControlSamples.Requests.Count)];

    public static TheoryData<int> Answers => [.. Enumerable.Range(0, ControlSamples.Answers.Count)];

    [Theory]
    [MemberData(nameof(Requests))]
    public void Request_ThereAndBack_IsTheSame(int sample)
    {
        ControlRequest request = ControlSamples.Requests[sample];
        Assert.Equal(request, ControlCodec.DecodeRequest(ControlCodec.Encode(request)));
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void Answer_ThereAndBack_IsTheSame(int sample)
    {
        byte[] line = ControlCodec.Encode(ControlSamples.Answers[sample]);

        ControlAnswer back = ControlCodec.DecodeAnswer(line);

        // Records compare lists by reference; the text of the encoded form compares what they hold.
        Assert.Equal(ControlSamples.Answers[sample].GetType(), back.GetType());
        Assert.Equal(Encoding.UTF8.GetString(line), Encoding.UTF8.GetString(ControlCodec.Encode(back)));
        Assert.Equal(line.Length - 1, Array.IndexOf(line, (byte)'\n'));
    }

    [Fact]
    public void Answer_Status_IsAsTheWireSays()
    {
        string line = Encoding.UTF8.GetString(ControlCodec.Encode(new ControlAnswer.Status(ControlSamples.Status)));

        Assert.StartsWith(
            """{"kind":"status","status":{"name":"shop","pid":4711,"generation":2,"state":"Restarting","version":"1.2.3","program":"/srv/current/shop","startedAt":"2026-11-21T12:00:00Z","predecessorPid":4710,"successorPid":null,"restart":{"trigger":"SIGTERM","by":{"kind":"Signal","signal":15},"phase":"health","detail":"3 of 4","phaseKind":"Health","elapsedMs":77,"phases":[{"name":"spawn","detail":"","durationMs":12,"phaseKind":"Spawn"}]},""",
            line, StringComparison.Ordinal);
        Assert.Contains("\"probationEndsMs\":3000", line, StringComparison.Ordinal);
        Assert.Contains("\"drainLimitMs\":7000", line, StringComparison.Ordinal);
    }

    [Fact]
    public void DecodeRequest_OnlyWhatMustBeThere_HasTheDefaults()
    {
        ControlRequest request = ControlCodec.DecodeRequest("""{"protocol":1,"command":"restart","colour":"blue"}"""u8.ToArray());

        Assert.Equal(new ControlRequest(ControlCommand.Restart) { Wait = true }, request);
    }

    [Theory]
    [InlineData("")]
    [InlineData("GET / HTTP/1.1")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"protocol":2,"command":"status"}""")]
    [InlineData("""{"protocol":"1","command":"status"}""")]
    [InlineData("""{"protocol":1,"command":"Status"}""")]
    [InlineData("""{"protocol":1,"command":"destroy"}""")]
    [InlineData("""{"protocol":1,"command":"restart","wait":"yes"}""")]
    public void DecodeRequest_NoRequest_IsAProtocolError(string line)
    {
        ControlException e = Assert.Throws<ControlException>(() => ControlCodec.DecodeRequest(Encoding.UTF8.GetBytes(line)));
        Assert.Equal(ControlFailure.ProtocolError, e.Failure);
    }

    // The exit code of baton follows from it.
    [Theory]
    [InlineData("""{"kind":"end","failure":"Tired","category":"Failed"}""", nameof(FailureCategory.Failed))]
    [InlineData("""{"kind":"end","failure":"Tired","category":"Asleep"}""", nameof(FailureCategory.Refused))]
    [InlineData("""{"kind":"end","failure":"Tired"}""", nameof(FailureCategory.Refused))]
    [InlineData("""{"kind":"end","failure":"SpawnFailed"}""", nameof(FailureCategory.Refused))]
    [InlineData("""{"kind":"end","failure":"CheckFailed"}""", nameof(FailureCategory.Failed))]
    [InlineData("""{"kind":"end","failure":"BadRequest"}""", nameof(FailureCategory.BadRequest))]
    [InlineData("""{"kind":"outcome","succeeded":false,"failure":"Tired","category":"Refused"}""", nameof(FailureCategory.Refused))]
    [InlineData("""{"kind":"outcome","succeeded":false,"failure":"SpawnFailed"}""", nameof(FailureCategory.Failed))]
    [InlineData("""{"kind":"outcome","succeeded":false,"failure":"InProgress"}""", nameof(FailureCategory.Refused))]
    [InlineData("""{"kind":"outcome","succeeded":false,"failure":"NotAllowed"}""", nameof(FailureCategory.Refused))]
    public void DecodeAnswer_Failure_HasACategoryAlsoFromAnOlderOrNewerService(string line, string expected)
    {
        ControlAnswer answer = ControlCodec.DecodeAnswer(Encoding.UTF8.GetBytes(line));
        AnswerFailure? failure = (answer as ControlAnswer.End)?.Failure ?? (answer as ControlAnswer.Outcome)?.Failure;
        Assert.Equal(expected, failure!.Category.ToString());
    }

    [Fact]
    public void DecodeAnswer_OfANewerVersion_SaysWhatItCan()
    {
        Assert.Equal(new ControlAnswer.Unknown("music"), ControlCodec.DecodeAnswer("""{"kind":"music","volume":11}"""u8.ToArray()));
        var outcome = (ControlAnswer.Outcome)ControlCodec.DecodeAnswer(
            """{"kind":"outcome","succeeded":false,"failure":"Tired","record":{"trigger":"x","program":"p","generation":2,"failure":"Tired","durationMs":1,"phases":[]}}"""u8.ToArray());
        Assert.Equal(("Tired", FailureCategory.Failed), (outcome.Failure!.Name, outcome.Failure.Category));
        Assert.NotNull(outcome.Record!.Failure);
    }

    [Fact]
    public void Encode_TooMuchForALine_IsCut()
    {
        // More than the longest text and the longest list that are let through.
        string endless = new('\u0001', 10_000);
        var restart = new RestartRecord
        {
            AskedAt = default, Trigger = By(endless), Program = endless, Generation = 1, SuccessorPid = 1, Failure = RestartFailure.SuccessorFailed, Explanation = endless,
            Phases = [.. Enumerable.Repeat(Named(endless).With(endless, default), 100)],
        };
        GenerationStatus generation = ControlSamples.Generation with { Version = "1", Requests = [.. Enumerable.Repeat(new OpenRequest { Path = endless, Age = default }, 10)] };
        RestartStatus status = ControlSamples.Status with
        {
            LastRestarts = [.. Enumerable.Repeat(restart, 100)], Generations = [.. Enumerable.Repeat(generation, 250)], Listeners = [.. Enumerable.Repeat(endless, 2_000)],
        };

        foreach (ControlAnswer answer in (ControlAnswer[])[new ControlAnswer.Status(status), new ControlAnswer.Outcome(Succeeded: false, AnswerFailure.TimedOut, endless, restart, KeepsServing: true), new ControlAnswer.End(AnswerFailure.Busy, endless)])
        {
            byte[] line = ControlCodec.Encode(answer);
            Assert.InRange(line.Length, 100, ControlProtocol.MaxAnswerBytes);
            ControlCodec.DecodeAnswer(line);
        }
    }

    // Half a character is left where a text is cut.
    [Fact]
    public void Encode_HalfACharacter_StaysALine() =>
        ControlCodec.DecodeAnswer(ControlCodec.Encode(new ControlAnswer.End(null, "\ud83d" + new string('\u20ac', 10_000) + "\ud83d")));
}
