namespace Baton.Bench.CommandLine;

/// <summary>What the caller learns without reading.</summary>
internal static class ExitCodes
{
    public const int TargetsMet = 0;
    public const int TargetMissed = 1;
    public const int NotMeasured = 2;
}
