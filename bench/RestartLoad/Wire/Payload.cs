namespace RestartLoad.Wire;

/// <summary>
/// Bodies to send. All are slices of the same noise, at different offsets: two requests' bodies differ in nearly every byte, so
/// an echo that belongs to another request is noticed, and no request allocates its body.
/// </summary>
internal static class Payload
{
    private const int OffsetRange = 4096;

    private static readonly Lock Gate = new();
    private static byte[] s_noise = [];

    public static ReadOnlyMemory<byte> OfLength(int length)
    {
        byte[] noise = NoiseOf(length + OffsetRange);
        return noise.AsMemory(Random.Shared.Next(OffsetRange), length);
    }

    private static byte[] NoiseOf(int length)
    {
        lock (Gate)
        {
            if (s_noise.Length < length)
            {
                s_noise = new byte[length];
                new Random(20260101).NextBytes(s_noise);
            }

            return s_noise;
        }
    }
}
