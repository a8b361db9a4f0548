using System.Diagnostics;

namespace Baton.Tests.Support;

/// <summary>How many descriptors this process had at some moment, to compare with later.</summary>
internal sealed class DescriptorCount
{
    private static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(50);

    private readonly int _before;
    private readonly string[] _open;

    private DescriptorCount(int before) => (_before, _open) = (before, Open());

    internal static DescriptorCount Take()
    {
        // What earlier tests left to finalizers is not this test's. What this one leaves to them counts as open.
        GC.Collect();
        GC.WaitForPendingFinalizers();

        // Nor what their threads are still closing.
        int before = Now();
        long since = Stopwatch.GetTimestamp();
        SpinWait.SpinUntil(
            () =>
            {
                if (Now() is var now && now != before)
                {
                    (before, since) = (now, Stopwatch.GetTimestamp());
                }

                return Stopwatch.GetElapsedTime(since) >= s_quiet;
            },
            Deadline.Limit);
        return new DescriptorCount(before);
    }

    internal void AssertUnchanged() => AssertChangedBy(0);

    // Threads that have said their last close what they had a moment later.
    internal void AssertChangedBy(int number)
    {
        bool changed = SpinWait.SpinUntil(() => Now() - _before == number, Deadline.Limit);
        Assert.True(changed, $"{Now() - _before} descriptors more, not {number}; new are {string.Join(", ", Open().Except(_open))}");
    }

    // Without what the runtime opens when it first needs it and keeps: assemblies, its sets of sockets, its source of random numbers.
    private static bool IsOfTheRuntime(string? target) =>
        target is null or "anon_inode:[eventpoll]" or "/dev/urandom" || Path.GetExtension(target) is ".dll" or ".pdb";

    private static int Now() => Open().Length;

    private static string[] Open() =>
        [.. Directory.GetFiles("/proc/self/fd").Select(f => (File: f, Target: new FileInfo(f).LinkTarget)).Where(d => !IsOfTheRuntime(d.Target)).Select(d => $"{d.File} -> {d.Target}")];
}
