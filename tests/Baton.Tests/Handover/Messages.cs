using Baton.Handover;

namespace Baton.Tests.Handover;

/// <summary>One of each message, for tests that must work for all.</summary>
internal static class Messages
{
    internal static IReadOnlyList<HandoverMessage> All { get; } =
    [
        new HandoverMessage.Hello(MinVersion: 1, MaxVersion: 3, Pid: 4711, Program: "Shop 1.2.3"),
        new HandoverMessage.Listeners(Version: 1, Pid: 4710, Generation: 7, Keys: ["tcp:127.0.0.1:80", "unix:/run/ä#1"], More: true),
        new HandoverMessage.Progress("health: 3 of 4"),
        new HandoverMessage.Ready(["tcp:127.0.0.1:80"]),
        new HandoverMessage.Failed("no such database \"shop\"\n\u0000 \U0001F6D1"),
        new HandoverMessage.Commit(),
        new HandoverMessage.Refused("too late"),
    ];

    /// <summary>Records compare lists by reference; the text of the encoded form compares what they hold.</summary>
    internal static void AssertSame(HandoverMessage expected, HandoverMessage actual)
    {
        Assert.Equal(expected.GetType(), actual.GetType());
        Assert.Equal(HandoverCodec.Encode(expected), HandoverCodec.Encode(actual));
    }
}
