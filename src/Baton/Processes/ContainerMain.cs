using System.Globalization;
using Baton.Interop;

namespace Baton.Processes;

/// <summary>
/// Whether this is the process that a container lives and dies with. Then no successor may be started: when this process ends,
/// the kernel or the container engine kills all others, and the service would be down.
/// </summary>
internal static class ContainerMain
{
    // As process 1 each of them ends with the one process that it started, whoever else lives: tini and its name in Docker,
    // dumb-init, catatonit and its name in Podman.
    private static readonly string[] InitsOfOneProcess = ["tini", "docker-init", "dumb-init", "catatonit", "podman-init"];

    // Process 1 of a pod whose containers share the process namespace.
    private static readonly string[] InitsOfPods = ["pause", "catatonit", "podman-init"];

    // Where the host's pid namespace is shared they are the parents of containers, and watch the one process: containerd's (15
    // bytes of a name is all there is), Podman's.
    private static readonly string[] Engines = ["containerd-shim", "conmon"];

    /// <summary>
    /// Why this process can't be restarted; null if it can. Asked at the start: a parent that ends later leaves its children to
    /// process 1.
    /// </summary>
    /// <param name="isFirst">Whether this process has no predecessor. One that has was started by a process that could be
    /// restarted.</param>
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

        // Only who comes from outside a pid namespace has no parent in it: the engine put it there, as the main process of one
        // container of a pod, or beside a service that is process 1 (docker exec); that one lives by itself.
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
            // Hidden or gone. Without /proc a successor can't be started either, and that says so itself.
            return "";
        }
    }
}
