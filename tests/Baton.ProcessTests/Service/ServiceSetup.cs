namespace Baton.ProcessTests.Service;

/// <summary>How a service is started. The default: on a free port, and it behaves.</summary>
internal sealed record ServiceSetup
{
    /// <summary>Where the service is that the test which runs starts.</summary>
    internal static string BuiltDirectory => TestBuild.Directory;

    internal static string BuiltProgram => Path.Combine(BuiltDirectory, "TestService");

    /// <summary>The program, and what stands before the service's own arguments; null for the service as it was built.</summary>
    internal IReadOnlyList<string>? Command { get; init; }

    internal IReadOnlyList<string> Arguments { get; init; } = ["--urls", "http://127.0.0.1:0"];

    /// <summary>Off unless the test is about it: the predecessor would stay for as long.</summary>
    internal TimeSpan Probation { get; init; } = TimeSpan.Zero;

    internal IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The content of appsettings.json in the working directory; null for none.</summary>
    internal string? Settings { get; init; }

    internal string FirstBehaviour { get; init; } = "";

    /// <summary>An existing directory of the test's own; null for a new one.</summary>
    internal string? WorkingDirectory { get; init; }

    internal static ServiceSetup ListeningOn(params IEnumerable<string> urls) =>
        new() { Arguments = ["--urls", string.Join(';', urls)] };

    internal ServiceSetup With(params IEnumerable<string> arguments) => this with { Arguments = [.. Arguments, .. arguments] };
}
