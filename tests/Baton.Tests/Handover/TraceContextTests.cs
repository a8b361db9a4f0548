using System.Diagnostics;
using System.Text;
using Baton.Handover;
using Baton.Processes;

namespace Baton.Tests.Handover;

/// <summary>C10, S5: the place in a trace rides with the first listeners. Nothing depends on it: whatever is not valid counts as none.</summary>
public class TraceContextTests
{
    private const string Parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [Fact]
    public void Listeners_WithAPlaceInATrace_KeepTheirWireForm()
    {
        string json = Json($$"""
            "traceparent":"{{Parent}}","tracestate":"congo=t61rcWkgMzE"
            """);
        var message = (HandoverMessage.Listeners)Decode(json);
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", message.Trace.TraceId.ToHexString());
        Assert.Equal("b7ad6b7169203331", message.Trace.SpanId.ToHexString());
        Assert.Equal((ActivityTraceFlags.Recorded, "congo=t61rcWkgMzE", true), (message.Trace.TraceFlags, message.Trace.TraceState, message.Trace.IsRemote));
        Assert.Equal(json, Encoding.UTF8.GetString(HandoverCodec.Encode(message)));
    }

    // C10: an older version has neither field; from one that does not trace there is none either.
    [Fact]
    public void Listeners_WithoutAPlaceInATrace_AreAsEver()
    {
        string json = Json("");
        Assert.Equal(default, ((HandoverMessage.Listeners)Decode(json)).Trace);
        Assert.Equal(json, Encoding.UTF8.GetString(HandoverCodec.Encode(Decode(json))));
    }

    // S5
    [Theory]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("\"\"")]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"00-00000000000000000000000000000000-b7ad6b7169203331-01\"")]
    [InlineData("\"00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01\"")]
    [InlineData("\"00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01\"")]
    [InlineData("\"ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\"")]
    [InlineData("\"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331\"")]
    [InlineData("\"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more\"")]
    public void Traceparent_NotValid_IsNone(string value) =>
        Assert.Equal(default, ((HandoverMessage.Listeners)Decode(Json($"\"traceparent\":{value},\"tracestate\":\"a=b\""))).Trace);

    // S5
    [Theory]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("\"\\ud800\"")]
    [InlineData(null)]
    public void Tracestate_NotValidOrTooLong_IsLeftOut(string? value)
    {
        value ??= $"\"a={new string('x', 1000)}\"";
        ActivityContext trace = ((HandoverMessage.Listeners)Decode(Json($"\"traceparent\":\"{Parent}\",\"tracestate\":{value}"))).Trace;
        Assert.Equal(("b7ad6b7169203331", null), (trace.SpanId.ToHexString(), trace.TraceState));
    }

    // S5
    [Fact]
    public void Traceparent_Endless_IsNone() =>
        Assert.Equal(default, ((HandoverMessage.Listeners)Decode(Json($"\"traceparent\":\"01-{new string('0', 500_000)}\""))).Trace);

    [Fact]
    public void Encode_AStateThatIsTooLong_IsLeftOut()
    {
        var trace = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.None, new string('x', 513));
        var sent = new HandoverMessage.Listeners(1, 7, 2, [], More: false) { Trace = trace };
        var arrived = (HandoverMessage.Listeners)HandoverCodec.Decode(HandoverCodec.Encode(sent));
        Assert.Equal((trace.TraceId, trace.SpanId, ActivityTraceFlags.None, null), (arrived.Trace.TraceId, arrived.Trace.SpanId, arrived.Trace.TraceFlags, arrived.Trace.TraceState));
    }

    [Fact]
    public void Text_ThereAndBack_IsTheSamePlace()
    {
        ActivityContext trace = Messages.Trace;
        Assert.Equal(Parent, TraceContext.ToText(trace));
        Assert.Equal(trace, TraceContext.Parse(Parent, trace.TraceState));
    }

    private static string Json(string trace) =>
        $$$"""{"kind":"listeners","optional":false,"body":{"version":1,"pid":7,"generation":2,"keys":[],"more":false{{{(trace.Length == 0 ? "" : ",")}}}{{{trace}}}}}""";

    private static HandoverMessage Decode(string json) => HandoverCodec.Decode(Encoding.UTF8.GetBytes(json));
}
