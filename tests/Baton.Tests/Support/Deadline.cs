namespace Baton.Tests.Support;

/// <summary>The limit of a wait that normally ends at once: a defect fails the test instead of hanging it.</summary>
internal static class Deadline
{
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    internal static Task Soon(this Task task) => task.WaitAsync(Limit, TestContext.Current.CancellationToken);

    internal static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Limit, TestContext.Current.CancellationToken);

    internal static Task<RestartException> Failure(this Task task) => Assert.ThrowsAsync<RestartException>(task.Soon);
}
