using System.Reflection;
using Baton.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Baton.Tests.Conventions;

/// <summary>Ids and names of log lines are what people's alerts look for.</summary>
public class LogEventTests
{
    private static IEnumerable<(Assembly Assembly, MethodInfo Method, LoggerMessageAttribute Event)> Events =>
        from assembly in Assemblies.All
        from type in assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        let attribute = method.GetCustomAttribute<LoggerMessageAttribute>()
        where attribute is not null
        select (assembly, method, attribute);

    [Fact]
    public void Events_Ids_AreUnique() => Assert.Equal(Events.Count(), Events.Select(e => e.Event.EventId).Distinct().Count());

    [Fact]
    public void Events_Names_AreTheirMethods() => Assert.All(Events, e => Assert.Equal(e.Method.Name, e.Event.EventName));

    [Fact]
    public void Events_Ids_AreInTheRangeOfTheirAssembly() => Assert.All(Events, e =>
    {
        (int first, int last) = e.Assembly == Assemblies.AspNetCore ? (1000, 1999) : e.Assembly == Assemblies.Hosting ? (900, 999) : (100, 899);
        Assert.InRange(e.Event.EventId, first, last);
    });

    [Fact]
    public void Events_IdsAndNames_AreWhatWasPromised() =>
        Snapshot.AssertSame("log-events.txt", string.Concat(Events.OrderBy(e => e.Event.EventId).Select(e => $"{e.Event.EventId} {e.Event.EventName}\n")));
}
