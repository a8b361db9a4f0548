using System.Runtime.InteropServices;
using Baton.Interop;

namespace Baton.Processes;

/// <summary>A null-terminated array of C strings for exec(3), freed on dispose.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private readonly int _count;

    internal NativeStrings(IReadOnlyCollection<string> strings)
    {
        _count = strings.Count;
        Pointer = (nint*)NativeMemory.AllocZeroed((nuint)_count + 1, (nuint)sizeof(nint));
        int i = 0;
        foreach (string text in strings)
        {
            Pointer[i++] = (nint)ByteText.Marshaller.ConvertToUnmanaged(text);
        }
    }

    internal nint* Pointer { get; }

    public void Dispose()
    {
        for (int i = 0; i < _count; i++)
        {
            ByteText.Marshaller.Free((byte*)Pointer[i]);
        }

        NativeMemory.Free(Pointer);
    }
}
