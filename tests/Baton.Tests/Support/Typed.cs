using System.Reflection;

namespace Baton.Tests.Support;

/// <summary>Triggers and phases by their words.</summary>
internal static class Typed
{
    /// <summary>All that Baton itself knows.</summary>
    internal static IReadOnlyList<PhaseName> Phases { get; } =
        [.. typeof(PhaseName).GetProperties(BindingFlags.Static | BindingFlags.NonPublic).Select(p => (PhaseName)p.GetValue(null)!)];

    /// <summary>The application, which calls itself so.</summary>
    internal static RestartTrigger By(string words) => RestartTrigger.OfApplication(words);

    /// <summary>Baton's own phase of that name, or else one of the application.</summary>
    internal static PhaseName Named(string phase) => Phases.FirstOrDefault(p => p.Text == phase) is { Text: not null } known ? known : PhaseName.Own(phase);
}
