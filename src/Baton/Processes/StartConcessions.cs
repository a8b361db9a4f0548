using Microsoft.Extensions.Logging;

namespace Baton.Processes;

/// <summary>What a successor leaves to the process that serves, until it serves itself: memory, and the processor.</summary>
internal sealed class StartConcessions
{
    private readonly OomScore _oomScore = new();
    private readonly StartPriority _priority = new();
    private readonly ILogger _logger;

    /// <summary>Makes them.</summary>
    /// <param name="gentle">How long the priority may be lower; zero for not at all.</param>
    /// <param name="logger">Where it is said what the kernel refuses.</param>
    internal StartConcessions(TimeSpan gentle, ILogger logger)
    {
        _logger = logger;
        _oomScore.Raise();
        if (gentle > TimeSpan.Zero && _priority.Lower() is { } problem)
        {
            logger.NoGentleStart(Environment.ProcessId, problem);
        }
    }

    /// <summary>This process serves: the kernel now treats it like its predecessor. Call on the control loop.</summary>
    internal void End()
    {
        EndGentleStart();
        if (_oomScore.Restore() is { } problem)
        {
            _logger.OomScoreNotRestored(Environment.ProcessId, problem);
        }
    }

    /// <summary>The start takes longer than it may have less priority. Call on the control loop.</summary>
    internal void EndGentleStart()
    {
        if (_priority.Restore() is { } problem)
        {
            _logger.PriorityNotRestored(Environment.ProcessId, problem);
        }
    }
}
