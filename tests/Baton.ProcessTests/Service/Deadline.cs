using System.Runtime.CompilerServices;

namespace Baton.ProcessTests.Service;

/// <summary>The one limit of everything that a test waits for, far beyond what a busy machine needs: only a defect reaches it.</summary>
internal static class Deadline
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    // A look may cost something, at all processes of the machine for example: those who wait longer look less often.
    private static readonly TimeSpan FirstInterval = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromMilliseconds(50);

    internal static async Task<T> InTime<T>(this Task<T> task, [CallerArgumentExpression(nameof(task))] string what = "")
    {
        await ((Task)task).InTime(what);
        return await task;
    }

    internal static async Task InTime(this Task task, [CallerArgumentExpression(nameof(task))] string what = "")
    {
        try
        {
            await task.WaitAsync(Limit, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException e) when (!task.IsCompleted)
        {
            throw new TimeoutException($"Not within {Limit.TotalSeconds} s: {what}", e);
        }
    }

    /// <summary>Waits for a state that nobody announces.</summary>
    internal static Task UntilAsync(Func<bool> holds, [CallerArgumentExpression(nameof(holds))] string what = "") => UntilAsync(holds, Limit, what);

    /// <summary>The same for what takes longer by its nature, as a build does.</summary>
    internal static Task UntilAsync(Func<bool> holds, TimeSpan limit, [CallerArgumentExpression(nameof(holds))] string what = "") =>
        UntilAsync(() => Task.FromResult(holds()), limit, what);

    /// <summary>The same for one that must be asked.</summary>
    internal static Task UntilAsync(Func<Task<bool>> holds, [CallerArgumentExpression(nameof(holds))] string what = "") => UntilAsync(holds, Limit, what);

    private static async Task UntilAsync(Func<Task<bool>> holds, TimeSpan limit, string what)
    {
        long begun = TimeProvider.System.GetTimestamp();
        TimeSpan interval = FirstInterval;
        while (!await holds())
        {
            if (TimeProvider.System.GetElapsedTime(begun) > limit)
            {
                throw new TimeoutException($"Not within {limit.TotalSeconds} s: {what}");
            }

            await Task.Delay(interval, TestContext.Current.CancellationToken);
            interval = interval < LongestInterval ? interval * 1.25 : LongestInterval;
        }
    }
}
