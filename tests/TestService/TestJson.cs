using System.Text.Json.Serialization;
using Baton;

namespace TestService;

/// <summary>What the endpoints answer as JSON: native code can't find out by reflection.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
[JsonSerializable(typeof(RestartStatus))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(int))]
internal sealed partial class TestJson : JsonSerializerContext;
