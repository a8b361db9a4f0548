namespace Baton.Interop;

/// <summary>What a path names, if it is no regular file.</summary>
internal enum FileKind
{
    Fifo,
    Link,
    Directory,
    Socket,
    Device,
    Other,
}

/// <summary>The words for it.</summary>
internal static class FileKindWords
{
    internal static string Describe(this FileKind kind) => kind switch
    {
        FileKind.Fifo => "a FIFO",
        FileKind.Link => "a link",
        FileKind.Directory => "a directory",
        FileKind.Socket => "a socket",
        FileKind.Device => "a device",
        _ => "no regular file",
    };
}
