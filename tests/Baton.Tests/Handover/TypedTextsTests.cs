using System.Runtime.InteropServices;
using System.Text;
using Baton.Handover;

namespace Baton.Tests.Handover;

/// <summary>What the types beside the texts of a peer say, and that the texts are never searched for it.</summary>
public class TypedTextsTests
{
    [Fact]
    public void Trigger_OfAnOlderVersion_IsItsTextAndNothingElse()
    {
        RestartTrigger trigger = Shutdown("""{"trigger":"SIGTERM"}""");
        Assert.Equal((RestartTriggerKind.Unknown, "SIGTERM", null), (trigger.Kind, trigger.Description, trigger.Signal));
    }

    [Fact]
    public void Trigger_SentBetweenProcesses_KeepsItsType()
    {
        RestartTrigger sent = RestartTrigger.OfControlSocket(1000, 4711, "alice").PassedOnByPredecessor(4700);
        Assert.Equal(sent, ((HandoverMessage.Shutdown)HandoverCodec.Decode(HandoverCodec.Encode(new HandoverMessage.Shutdown(sent)))).Trigger);
    }

    [Theory]
    [InlineData("""{"trigger":"x","by":{"kind":"Comet","signal":99}}""", RestartTriggerKind.Unknown)]
    [InlineData("""{"trigger":"x","by":{"kind":"Signal","signal":-1}}""", RestartTriggerKind.Signal)]
    public void Trigger_OfANewerVersionOrAHostileOne_IsReadAsFarAsItIsKnown(string body, RestartTriggerKind expected)
    {
        RestartTrigger trigger = Shutdown(body);
        Assert.Equal((expected, null), (trigger.Kind, trigger.Signal));
    }

    [Theory]
    [InlineData("""{"trigger":"x","by":"Signal"}""")]
    [InlineData("""{"trigger":"x","by":{"kind":"Signal","signal":"15"}}""")]
    public void Trigger_OfTheWrongType_IsAProtocolError(string body) =>
        Assert.Equal(RestartFailure.ProtocolError, Assert.Throws<RestartException>(() => Shutdown(body)).Failure);

    [Fact]
    public void Signal_ByItsNumber_IsTheSignal() =>
        Assert.Equal(PosixSignal.SIGTERM, Shutdown("""{"trigger":"x","by":{"kind":"Signal","signal":15}}""").Signal);

    [Theory]
    [InlineData("""{"phase":"commit","detail":""}""", RestartPhaseKind.Other)]
    [InlineData("""{"phase":"commit","detail":"","phaseKind":"Commit"}""", RestartPhaseKind.Commit)]
    [InlineData("""{"phase":"x","detail":"","phaseKind":"Comet"}""", RestartPhaseKind.Other)]
    public void Phase_IsBatonsOwn_OnlyWhereItsTypeSaysSo(string body, RestartPhaseKind expected) =>
        Assert.Equal(expected, ((HandoverMessage.Progress)Decode("progress", body)).Phase.Kind);

    private static RestartTrigger Shutdown(string body) => ((HandoverMessage.Shutdown)Decode("shutdown", body)).Trigger;

    private static HandoverMessage Decode(string kind, string body) =>
        HandoverCodec.Decode(Encoding.UTF8.GetBytes($$"""{"kind":"{{kind}}","optional":false,"body":{{body}}}"""));
}
