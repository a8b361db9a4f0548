using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using System.Text;

namespace Baton.Interop;

/// <summary>
/// Converts bytes of the kernel to a string and back without loss: arguments, variables and paths need not be UTF-8. A byte that
/// is not valid UTF-8 becomes a low surrogate, U+DC80 to U+DCFF, which valid UTF-8 never yields.
/// </summary>
internal static class ByteText
{
    private const char First = '\uDC80', Last = '\uDCFF';

    internal static string Decode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out Rune rune, out int read) == OperationStatus.Done)
            {
                text.Append(rune);
                bytes = bytes[read..];
            }
            else
            {
                text.Append((char)(First - 0x80 + bytes[0]));
                bytes = bytes[1..];
            }
        }

        return text.ToString();
    }

    /// <summary>Without the final zero.</summary>
    internal static byte[] Encode(ReadOnlySpan<char> text)
    {
        var bytes = new ArrayBufferWriter<byte>(text.Length + 1);
        while (!text.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf16(text, out Rune rune, out int read);
            Span<byte> next = bytes.GetSpan(4);
            if (status != OperationStatus.Done && text[0] is >= First and <= Last)
            {
                next[0] = (byte)(text[0] - First + 0x80);
                bytes.Advance(1);
            }
            else
            {
                // Another invalid character: replaced, as .NET does.
                bytes.Advance(rune.EncodeToUtf8(next));
            }

            text = text[read..];
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Marshals a string to the C library in this form.</summary>
    [CustomMarshaller(typeof(string), MarshalMode.ManagedToUnmanagedIn, typeof(Marshaller))]
    internal static unsafe class Marshaller
    {
        public static byte* ConvertToUnmanaged(string? text)
        {
            if (text is null)
            {
                return null;
            }

            byte[] bytes = Encode(text);
            byte* native = (byte*)NativeMemory.AllocZeroed((nuint)bytes.Length + 1);
            bytes.CopyTo(new Span<byte>(native, bytes.Length));
            return native;
        }

        public static void Free(byte* native) => NativeMemory.Free(native);
    }
}
