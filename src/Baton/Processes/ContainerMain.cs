using System.Globalization;
using Baton.Interop;

namespace Baton.Processes;

/// <summary>
/// Whether the container ends with this process. Then no successor may be started: when this process ends, the kernel or the
/// container engine kills all others.
/// </summary>
internal static class ContainerMain
{
    // As process 1 each of these ends with the one process that it started: tini and its name in Docker, dumb-init, catatonit and
    // its name in Podman.
    private static readonly string[] InitsOfOneProcess = ["tini", "docker-init", "dumb-init", "catatonit", "podman-init"];

    // Process 1 of a pod whose containers share the process namespace.
    private static readonly string[] InitsOfPods = ["pause", "catatonit", "podman-init"];

    // With the host's pid namespace these are the parents of containers, and watch one process: containerd's (names are cut to 15
    // bytes) and Podman's.
    private static readonly string[] Engines = ["containerd-shim", "conmon"];

    /// <summary>
    /// Why this process cannot be restarted; null if it can. Checked at the start: if the parent ends later, process 1 becomes
    /// the parent.
    /// </summary>
    /// <param name="isFirst">Whether this process has no predecessor. A predecessor was restartable, so its successor is
    /// too.</param>
    internal static string? WhyNoSuccessor(bool isFirst) =>
        Platform.HandoverSupported && isFirst && Explain(Environment.ProcessId, Libc.getppid(), NameOf) is { } why
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"Process {Environment.ProcessId} can't be restarted, and keeps serving: {why}. Start it below an init that " +
                    $"stays, or replace the container (docs/containers.md).")
            : null;

    internal static string? Explain(int pid, int parent, Func<int, string> nameOf)
    {
        if (pid == 1)
        {
            return "it is process 1 of its container; when that ends, the kernel kills every other, the successor too";
        }

        // Only a process from outside the pid namespace has no parent in it. The engine started it: as the main process of one
        // container of a pod, or beside a service that is process 1 (docker exec), where it lives by itself.
        string name = nameOf(Math.Max(parent, 1));
        if (parent == 0 ? InitsOfPods.Contains(name) : Engines.Contains(name))
        {
            return "it is the main process of a container; when that ends, the engine kills every other, the successor too";
        }

        return parent == 1 && InitsOfOneProcess.Contains(name)
            ? $"process 1 of its container is {name}, which ends with the process that it started, and with it every other, " +
                $"the successor too"
            : null;
    }

    private static string NameOf(int pid)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/comm")).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Hidden or gone. Without /proc the start of a successor fails and says so itself.
            return "";
        }
    }
}
