namespace RestartLoad.CommandLine;

/// <summary>What the caller learns without reading.</summary>
internal static class ExitCodes
{
    public const int Passed = 0;
    public const int Failed = 1;
    public const int WrongUsage = 2;
}
