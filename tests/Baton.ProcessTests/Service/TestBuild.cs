using Xunit.v3;

namespace Baton.ProcessTests.Service;

/// <summary>
/// Which build of the test service a test starts: native code, which starts ten times as fast, unless the class or the test says <see cref="JitAttribute"/>; then the one for the shared
/// framework with assemblies compiled ahead. Where one is missing, or older than the service's code, the usual build. <c>BATON_TEST_BUILD=jit</c> has all tests start that.
/// </summary>
internal static class TestBuild
{
    private const string Program = "TestService";

    // This program is in artifacts/bin/NAME/release/.
    private static readonly string s_usual = UsualOf(Program);
    private static readonly string s_ready = Published("ready");
    private static readonly string s_native = Published("native");

    /// <summary>Where the program is, and all it needs.</summary>
    internal static string Directory => SaysJit() ? s_ready : s_native;

    /// <summary>Where any of them is.</summary>
    internal static IEnumerable<string> Directories => new[] { s_usual, s_ready, s_native }.Distinct();

    /// <summary>Where the usual build of a project is.</summary>
    internal static string UsualOf(string project) => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../..", project, "release"));

    private static string Published(string kind)
    {
        string directory = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../..", kind, Program));
        var program = new FileInfo(Path.Combine(directory, Program));
        bool isThere = Environment.GetEnvironmentVariable("BATON_TEST_BUILD") != "jit" && program.Exists
            && System.IO.Directory.GetFiles(s_usual, "*.dll").All(file => File.GetLastWriteTimeUtc(file) <= program.LastWriteTimeUtc);
        return isThere ? directory : s_usual;
    }

    private static bool SaysJit() =>
        (TestContext.Current.TestMethod is IXunitTestMethod { Method: var method } && method.IsDefined(typeof(JitAttribute), inherit: true))
        || (TestContext.Current.TestClass is IXunitTestClass { Class: var type } && type.IsDefined(typeof(JitAttribute), inherit: true));
}
