using Baton.AspNetCore;
using FsCheck;
using FsCheck.Fluent;

namespace Baton.Tests.AspNetCore;

/// <summary>Bytes are found wherever they stand and however the stream is cut.</summary>
public sealed class ByteMatchTests
{
    [Fact]
    public void Feed_AnyStreamInAnyPieces_FindsWhatIsInIt()
    {
        // Few different bytes, so that beginnings repeat.
        Gen<byte> few = Gen.Choose(0, 1).Select(static i => (byte)i);
        Gen<(byte[] Wanted, byte[] Stream, int Piece)> cases =
            from wanted in few.NonEmptyListOf()
            from stream in few.ListOf()
            from piece in Gen.Choose(1, 5)
            select (wanted.Take(6).ToArray(), stream.ToArray(), piece);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var match = new ByteMatch(c.Wanted);
            foreach (byte[] piece in c.Stream.Chunk(c.Piece))
            {
                match.Feed(piece);
            }

            return match.IsFound == (c.Stream.AsSpan().IndexOf(c.Wanted) >= 0);
        }).QuickCheckThrowOnFailure();
    }
}
