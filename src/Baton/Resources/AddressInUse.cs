using System.Net.Sockets;
using Baton.Interop;

namespace Baton.Resources;

/// <summary>The facts about an address that could not be bound.</summary>
/// <param name="HasArrived">Whether the predecessor has passed it on meanwhile.</param>
/// <param name="PathIsLost">Whether the service listened there until another socket replaced it.</param>
/// <param name="HasServed">Whether this process has served.</param>
/// <param name="Own">This process's own listeners in the way, as text; empty for none.</param>
internal sealed record AddressFacts(bool HasArrived, bool PathIsLost, bool HasServed, string Own);

/// <summary>An address in use: who uses it, and whether that may change soon.</summary>
internal static class AddressInUse
{
    /// <summary>
    /// During the start: waits for an address that the predecessor has bound since the greeting, which is on its way here.
    /// Otherwise the error names the process that has the address.
    /// </summary>
    /// <exception cref="SocketException">Trying again is useless.</exception>
    internal static void AwaitOrExplain(ResourceRegistry resources, ResourceKey request, SocketException inUse)
    {
        IReadOnlySet<long> holders = AddressHolder.SocketsAt(request);
        AddressFacts facts = resources.Look(request, l => holders.Contains(AddressHolder.SocketOf(l.Descriptor)));
        LivingPredecessor? predecessor = resources.Unclaimed.Predecessor;
        if (facts.HasArrived)
        {
            return;
        }

        if (facts.PathIsLost)
        {
            string there = PlainFile.WhatElse(request.Path!) switch
            {
                FileKind.Socket => "another program's socket",
                { } kind => kind.Describe(),
                null => "a file",
            };
            throw Explain($"{there} lies there, and has taken the place of the socket that this service listens on");
        }

        if (facts.Own.Length > 0)
        {
            string whose = predecessor is null
                ? $"this process {Environment.ProcessId}"
                : $"this service (process {predecessor.Pid}, the predecessor of process {Environment.ProcessId})";
            throw Explain(
                $"it is held by {whose} itself, which listens on {facts.Own}. "
                + "At a restart Kestrel can take a wider address of the same port; "
                + "for any other change of it stop the service and start it again");
        }

        if (predecessor is not null && holders.Count > 0 && AddressHolder.Has(predecessor.Pid, holders) is not false)
        {
            if (!facts.HasServed && predecessor.WaitABit())
            {
                return;
            }

            throw Explain($"it is held by predecessor {predecessor.Pid}, which has not passed it on");
        }

        throw AddressHolder.ProcessWith(holders) is { } other
            ? Explain($"it is held by process {other.Pid} ({other.Name})")
            : Explain(holders.Count > 0 ? "it is held by a process that this user may not look at" : null);

        BindException Explain(string? why) => new(request.ToString(), request.Address, inUse, why);
    }
}
