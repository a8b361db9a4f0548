using Xunit.v3;

namespace Baton.ProcessTests.Service;

/// <summary>
/// Which build of the test service a test starts: native code, which starts ten times as fast, unless the class or the test says <see cref="JitAttribute"/>. Where there is no native
/// build, or one that is older than the service's code, all start the usual one. <c>BATON_TEST_BUILD=jit</c> has all start that.
/// </summary>
internal static class TestBuild
{
    private const string Program = "TestService";

    // This program is in artifacts/bin/NAME/release/.
    private static readonly string s_jit = UsualOf(Program);
    private static readonly string s_native = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../native", Program));
    private static readonly bool s_hasNative = HasNative();

    /// <summary>Where the program is, and all it needs.</summary>
    internal static string Directory => s_hasNative && !SaysJit() ? s_native : s_jit;

    /// <summary>Where any of them is.</summary>
    internal static IEnumerable<string> Directories => s_hasNative ? [s_jit, s_native] : [s_jit];

    /// <summary>Where the usual build of a project is.</summary>
    internal static string UsualOf(string project) => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../..", project, "release"));

    private static bool HasNative()
    {
        if (Environment.GetEnvironmentVariable("BATON_TEST_BUILD") == "jit")
        {
            return false;
        }

        var native = new FileInfo(Path.Combine(s_native, Program));
        return native.Exists && System.IO.Directory.GetFiles(s_jit, "*.dll").All(file => File.GetLastWriteTimeUtc(file) <= native.LastWriteTimeUtc);
    }

    private static bool SaysJit() =>
        (TestContext.Current.TestMethod is IXunitTestMethod { Method: var method } && method.IsDefined(typeof(JitAttribute), inherit: true))
        || (TestContext.Current.TestClass is IXunitTestClass { Class: var type } && type.IsDefined(typeof(JitAttribute), inherit: true));
}
