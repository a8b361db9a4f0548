namespace Baton.ProcessTests.Service;

/// <summary>The part of appsettings.json that says where Kestrel listens.</summary>
internal static class EndpointSettings
{
    internal static string Of(params IEnumerable<string> urls)
    {
        IEnumerable<string> endpoints = urls.Select((url, i) => $$"""  "E{{i}}": { "Url": "{{url}}" }""");
        return $$"""{ "Kestrel": { "Endpoints": { {{string.Join(", ", endpoints)}} } } }""";
    }
}
