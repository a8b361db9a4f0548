using System.Text;
using Baton.Processes;

namespace Baton.Tests.Processes;

public class OutputTailTests
{
    private readonly OutputTail _tail = new();

    [Fact]
    public void ToString_Nothing_IsEmpty() => Assert.Equal("", _tail.ToString());

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(OutputTail.Capacity - 1)]
    [InlineData(OutputTail.Capacity)]
    [InlineData(OutputTail.Capacity + 1)]
    [InlineData(3 * OutputTail.Capacity)]
    public void Append_InPieces_KeepsTheEndOfAll(int piece)
    {
        string all = string.Concat(Enumerable.Range(0, 30_000).Select(i => (char)('a' + (i % 26))));
        foreach (char[] part in all.Chunk(piece))
        {
            _tail.Append(Encoding.UTF8.GetBytes(part));
        }

        Assert.Equal("…" + all[^OutputTail.Capacity..], _tail.ToString());
    }

    [Fact]
    public void Append_ExactlyTheCapacity_IsAll()
    {
        _tail.Append(Encoding.UTF8.GetBytes(new string('x', OutputTail.Capacity)));
        Assert.Equal(new string('x', OutputTail.Capacity), _tail.ToString());
    }

    [Fact]
    public void ToString_CutInsideACharacter_BeginsWithTheNextOne()
    {
        _tail.Append(Encoding.UTF8.GetBytes("€" + new string('x', OutputTail.Capacity - 1)));
        Assert.Equal("…" + new string('x', OutputTail.Capacity - 1), _tail.ToString());
    }
}
