using RestartLoad.Measuring;

namespace RestartLoad.Wire;

/// <summary>Holds an answer's body against what was asked for, piece by piece, without keeping it.</summary>
internal abstract class BodyCheck
{
    public long Received { get; private set; }

    /// <exception cref="RequestFailedException">These bytes do not belong there.</exception>
    public void Accept(ReadOnlySpan<byte> bytes)
    {
        if (!Fits(bytes))
        {
            throw new RequestFailedException(Outcome.WrongBody, $"the body differs within {bytes.Length} bytes from {Received}");
        }

        Received += bytes.Length;
    }

    /// <exception cref="RequestFailedException">The body was complete, but too short for what was asked.</exception>
    public void Complete()
    {
        if (!IsWhole)
        {
            throw new RequestFailedException(Outcome.WrongBody, $"a complete body of {Received} bytes is too short");
        }
    }

    protected abstract bool IsWhole { get; }

    protected abstract bool Fits(ReadOnlySpan<byte> bytes);
}

/// <summary>Any body that is not empty.</summary>
internal sealed class SomeBody : BodyCheck
{
    protected override bool IsWhole => Received > 0;

    protected override bool Fits(ReadOnlySpan<byte> bytes) => true;
}

/// <summary>Exactly so many zeros.</summary>
internal sealed class ZeroBody(long length) : BodyCheck
{
    protected override bool IsWhole => Received == length;

    protected override bool Fits(ReadOnlySpan<byte> bytes) =>
        Received + bytes.Length <= length && !bytes.ContainsAnyExcept((byte)0);
}

/// <summary>Exactly these bytes.</summary>
internal sealed class EchoBody(ReadOnlyMemory<byte> expected) : BodyCheck
{
    protected override bool IsWhole => Received == expected.Length;

    protected override bool Fits(ReadOnlySpan<byte> bytes) =>
        Received + bytes.Length <= expected.Length && bytes.SequenceEqual(expected.Span.Slice((int)Received, bytes.Length));
}
