using System.ComponentModel;
using System.Diagnostics;
using Baton.Interop;

namespace Baton.Processes;

/// <summary>
/// Starts the next process of a complete restart. Nothing is handed over: it binds its addresses anew. Works on every platform.
/// The new process reads <see cref="CompleteRestart"/>.
/// </summary>
internal static class PlainStart
{
    /// <summary>Starts the command as the given generation.</summary>
    /// <exception cref="RestartException">It could not be started.</exception>
    /// <returns>The pid of the new process.</returns>
    internal static int Start(StartCommand command, int generation, ActivityContext trace = default)
    {
        if (!Platform.HandoverSupported)
        {
            return StartByRuntime(command, generation, trace);
        }

        // It is not watched: this process ends before it.
        using SpawnedProcess process = Spawner.Spawn(command, Variables(command, generation, trace), [], blockedSignals: []);
        return process.Id;
    }

    /// <summary>The same where there is no posix_spawn(3).</summary>
    internal static int StartByRuntime(StartCommand command, int generation, ActivityContext trace = default)
    {
        var start = new ProcessStartInfo(command.Program, command.Arguments.Skip(1))
        {
            WorkingDirectory = command.WorkingDirectory,
        };
        start.Environment.Clear();
        foreach ((string name, string value) in Variables(command, generation, trace))
        {
            start.Environment[name] = value;
        }

        try
        {
#pragma warning disable RS0030 // inheritable descriptors pass on: these platforms offer nothing else, and .NET makes none
            using Process process = Process.Start(start)!;
#pragma warning restore RS0030
            return process.Id;
        }
        catch (Exception e) when (e is Win32Exception
            or IOException
            or InvalidOperationException
            or PlatformNotSupportedException)
        {
            throw new RestartException(
                RestartFailure.SpawnFailed,
                $"Could not start {command.Program} in {command.WorkingDirectory}: {e.Message.TrimEnd('.')}.",
                e);
        }
    }

    private static Dictionary<string, string> Variables(StartCommand command, int generation, ActivityContext trace)
    {
        var variables = new Dictionary<string, string>(command.ReplacingEnvironment())
        {
            [CompleteRestart.Variable] = CompleteRestart.Format(generation, Environment.ProcessId),
        };
        if (trace != default)
        {
            variables[CompleteRestart.TraceVariable] = TraceContext.ToText(trace);
        }

        return variables;
    }
}
