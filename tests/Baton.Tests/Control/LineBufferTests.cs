using System.Text;
using Baton.Control;

namespace Baton.Tests.Control;

public class LineBufferTests
{
    private readonly LineBuffer _lines = new(longest: 10_000);

    [Fact]
    public void TryTake_LinesInPieces_GivesThemWhole()
    {
        Add("one\ntw");
        Assert.Equal("one", Take());
        Assert.Null(Take());
        Add("o\n\nthree\n");
        Assert.Equal("two, , three", string.Join(", ", Take(), Take(), Take()));
        Assert.Null(Take());
    }

    [Fact]
    public void TryTake_AsLongAsALineMayBe_IsTaken()
    {
        string longest = new('x', 10_000);
        Add(longest);
        Assert.Null(Take());
        Add("\n");
        Assert.Equal(longest, Take());
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    public void TryTake_LongerThanALineMayBe_IsAProtocolError(string end)
    {
        Add(new string('x', 10_001) + end);
        Assert.Equal(ControlFailure.ProtocolError, Assert.Throws<ControlException>(() => Take()).Failure);
    }

    private void Add(string text)
    {
        foreach (byte b in Encoding.UTF8.GetBytes(text))
        {
            _lines.Free().Span[0] = b;
            _lines.Filled(1);
        }
    }

    private string? Take() => _lines.TryTake(out ReadOnlyMemory<byte> line) ? Encoding.UTF8.GetString(line.Span) : null;
}
