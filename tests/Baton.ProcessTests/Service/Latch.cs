namespace Baton.ProcessTests.Service;

/// <summary>A place in the service where it waits for the test: a request to <c>/wait</c>, or a process that starts.</summary>
internal sealed class Latch(string file)
{
    /// <summary>The request that waits here.</summary>
    internal string Request => $"/wait?at={file}";

    /// <summary>A request that gets here and then never ends, whatever happens.</summary>
    internal string StuckRequest => $"/stuck?at={file}";

    /// <summary>The behaviour of a process that waits here before it is ready.</summary>
    internal string Behaviour => BehaviourOf("wait-at");

    /// <summary>For a behaviour that is told it.</summary>
    internal string Name => file;

    /// <summary>A behaviour that ends when this is opened.</summary>
    internal string BehaviourOf(string word) => $"{word} {file}";

    internal Task ReachedAsync() => Deadline.UntilAsync(() => File.Exists(file + ".reached"));

    internal void Open() => File.Create(file).Dispose();
}
