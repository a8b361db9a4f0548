namespace RestartLoad.Modes;

/// <summary>How long and how big the requests of the slow modes are.</summary>
internal sealed record Workload
{
    /// <summary>Of a new connection in the slow-start modes, in milliseconds.</summary>
    public NumberRange Silence { get; init; } = new(30, 300);

    /// <summary>Of the service, in the long modes, in milliseconds.</summary>
    public NumberRange Sleep { get; init; } = new(500, 1500);

    /// <summary>In bytes, as the download's.</summary>
    public NumberRange UploadLength { get; init; } = new(64 * 1024, 256 * 1024);

    public long DownloadLength { get; init; } = 4 * 1024 * 1024;
}
