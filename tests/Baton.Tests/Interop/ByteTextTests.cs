using System.Text;
using Baton.Interop;
using Baton.Processes;

namespace Baton.Tests.Interop;

/// <summary>B16d: what the kernel gave as bytes goes back as the same bytes.</summary>
public class ByteTextTests
{
    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("caf\u00e9 \U0001F6D1")]
    public void Utf8_IsTheTextThatItIs(string text)
    {
        Assert.Equal(text, ByteText.Decode(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(Encoding.UTF8.GetBytes(text), ByteText.Encode(text));
    }

    [Theory]
    [InlineData(new byte[] { 0x63, 0xE9 })] // Latin-1
    [InlineData(new byte[] { 0xFF, 0xFE, 0x80 })]
    [InlineData(new byte[] { 0xED, 0xB2, 0x80 })] // U+DC80 as UTF-8 must not be written
    [InlineData(new byte[] { 0xF0, 0x9F, 0x9B })] // cut in the middle
    [InlineData(new byte[] { 0xC0, 0xAF, 0x2F })] // overlong
    public void OtherBytes_ComeBackAsTheyWere(byte[] bytes) => Assert.Equal(bytes, ByteText.Encode(ByteText.Decode(bytes)));

    [Fact]
    public void AnyBytes_ComeBackAsTheyWere()
    {
        var random = new Random(17);
        for (int i = 0; i < 2000; i++)
        {
            byte[] bytes = new byte[random.Next(12)];
            random.NextBytes(bytes);
            Assert.Equal(bytes, ByteText.Encode(ByteText.Decode(bytes)));
        }
    }

    [Fact]
    public void Encode_WhatIsNoCharacterAtAll_IsReplacedAsDotNetDoes() => Assert.Equal("no \uFFFD"u8.ToArray(), ByteText.Encode("no \ud83d"));

    [Fact]
    public void Environment_UnchangedVariables_KeepTheirBytes()
    {
        byte[] original = [.. "A=caf"u8, 0xE9, 0, .. "B=1"u8, 0, .. "C=gone"u8, 0, .. "A=second"u8, 0, .. "nothing"u8, 0];
        Dictionary<string, string> now = new() { ["A"] = "caf\uFFFD", ["B"] = "2", ["D"] = "new" };

        Dictionary<string, string> merged = StartEnvironment.Merge(original, now);

        Assert.Equal(["A", "B", "D"], merged.Keys.Order());
        Assert.Equal([.. "caf"u8, (byte)0xE9], ByteText.Encode(merged["A"]));
        Assert.Equal(("2", "new"), (merged["B"], merged["D"]));
    }

    [Fact]
    public void Environment_ChangedVariableWithBytes_IsWhatItWasChangedTo() =>
        Assert.Equal("caf\u00e9", StartEnvironment.Merge([.. "A=caf"u8, 0xE9, 0], new Dictionary<string, string> { ["A"] = "caf\u00e9" })["A"]);

    [Fact]
    public void Environment_NamesInBytes_AreAllThereOnce()
    {
        byte[] original = [.. "X"u8, 0xE9, .. "=1"u8, 0, .. "X"u8, 0xE8, .. "=2"u8, 0];

        Dictionary<string, string> merged = StartEnvironment.Merge(original, new Dictionary<string, string> { ["X\uFFFD"] = "1" });

        Assert.Equal(["X\udce8=2", "X\udce9=1"], merged.Select(v => $"{v.Key}={v.Value}").Order(StringComparer.Ordinal));
    }
}
