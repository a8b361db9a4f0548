using System.Reflection;
using Baton.AspNetCore;
using Baton.Hosting;

namespace Baton.Tests.Support;

/// <summary>What ships, for tests of its conventions.</summary>
internal static class Assemblies
{
    internal static Assembly Core => typeof(Restarter).Assembly;

    internal static Assembly Hosting => typeof(GracefulRestartHostExtensions).Assembly;

    internal static Assembly AspNetCore => typeof(GracefulRestartOptions).Assembly;

    /// <summary>The command <c>baton</c>, which has nothing public.</summary>
    internal static Assembly Cli => Assembly.Load("Baton.Cli");

    internal static IReadOnlyList<Assembly> All => [Core, Hosting, AspNetCore, Cli];
}
