using System.Globalization;
using RestartLoad.Http2;
using RestartLoad.Load;
using RestartLoad.Wire;

namespace RestartLoad.Modes;

/// <summary>
/// All modes. The rates add up to about 1,900 requests per second, which leaves most of two cores to the service; fast keep-alive
/// requests make the numbers, the slow ones make the restarts hard.
/// </summary>
internal static class ModeCatalog
{
    /// <summary>
    /// What every server allows at least (RFC 9113 recommends 100), so SETTINGS_MAX_CONCURRENT_STREAMS needs no watching.
    /// </summary>
    private const int StreamsPerConnection = 4;

    private const int SmallestPost = 1024;
    private const int LargestPost = 32 * 1024;

    private static readonly ModeDefinition[] Definitions =
    [
        new("keepalive", Http, 1000, 32, OnKeptConnections(Get)),
        new("idle", Http, 20, 100, OnKeptConnections(Get)),
        new("websocket", Http, 40, 20, OnWebSockets),
        new("new", Http, 150, 16, OnNewConnections(GetAndClose)),
        new("slow-start", Http, 20, 12, OnNewConnections(SlowStart)),
        new("slow-send", Http, 10, 6, OnNewConnections(SlowSend)),
        new("long", Http, 8, 16, OnKeptConnections(Long)),
        new("upload", Http, 5, 6, OnKeptConnections(Upload)),
        new("download", Http, 2, 4, OnKeptConnections(Download)),
        new("tls-keepalive", Https, 200, 8, OnKeptConnections(Get)),
        new("tls-new", Https, 20, 6, OnNewConnections(GetAndClose)),
        new("tls-slow-start", Https, 4, 4, OnNewConnections(SlowStart)),
        new("tls-slow-send", Https, 2, 3, OnNewConnections(SlowSend)),
        new("tls-long", Https, 2, 6, OnKeptConnections(Long)),
        new("tls-upload", Https, 2, 3, OnKeptConnections(Upload)),
        new("tls-download", Https, 1, 3, OnKeptConnections(Download)),
        new("unix-keepalive", Unix, 100, 4, OnKeptConnections(Get)),
        new("unix-new", Unix, 50, 4, OnNewConnections(GetAndClose)),
        new("unix-long", Unix, 1, 3, OnKeptConnections(Long)),
        new("h2c-get", H2c, 150, 16, OnStreams(Http2Get)),
        new("h2c-post", H2c, 50, 8, OnStreams(Http2Post)),
        new("h2-get", Https, 100, 16, OnStreams(Http2Get)),
        new("h2-post", Https, 20, 8, OnStreams(Http2Post)),
    ];

    private delegate IExchange CreateExchange(Target target, Workload workload);

    public static IReadOnlyList<string> Names { get; } = [.. Definitions.Select(definition => definition.Name)];

    /// <summary>The modes whose endpoints are given, as the mixed run has them.</summary>
    public static IReadOnlyList<ModeChoice> Mixed(Endpoints endpoints) =>
        [.. Definitions.Where(mode => mode.Endpoint(endpoints) is not null).Select(mode => new ModeChoice(mode.Name))];

    /// <summary>A few modes of every kind, whose report fits a screen.</summary>
    public static IReadOnlyList<ModeChoice> Demo(Endpoints endpoints)
    {
        string[] shown =
        [
            "keepalive", "idle", "websocket", "new", "long", "upload", "download", "tls-keepalive", "unix-keepalive", "h2c-get",
            "h2-post",
        ];
        return [.. Mixed(endpoints).Where(mode => shown.Contains(mode.Name))];
    }

    public static bool IsPossible(ModeChoice choice, Endpoints endpoints) =>
        DefinitionOf(choice).Endpoint(endpoints) is not null;

    /// <param name="choice">The mode, and what is different from its definition.</param>
    /// <param name="endpoints">The service.</param>
    /// <param name="workload">Sizes and times.</param>
    /// <param name="scale">Multiplies the rate.</param>
    /// <exception cref="InvalidOperationException">The mode is not possible with these endpoints.</exception>
    public static LoadMode Create(ModeChoice choice, Endpoints endpoints, Workload workload, double scale)
    {
        ModeDefinition definition = DefinitionOf(choice);
        Target target = definition.Endpoint(endpoints)
            ?? throw new InvalidOperationException($"Mode '{choice.Name}' needs an endpoint that is not given.");
        double rate = (choice.Rate ?? definition.Rate) * scale;
        return definition.Create(choice.Name, target, workload, rate, choice.Concurrency ?? definition.Concurrency);
    }

    private static ModeDefinition DefinitionOf(ModeChoice choice) =>
        Definitions.Single(definition => definition.Name == choice.Name);

    private static Target? Http(Endpoints endpoints) => endpoints.Http;

    private static Target? Https(Endpoints endpoints) => endpoints.Https;

    private static Target? H2c(Endpoints endpoints) => endpoints.H2c;

    private static Target? Unix(Endpoints endpoints) => endpoints.Unix;

    private static GetExchange Get(Target target, Workload workload) => new(target, () => "/", close: false);

    private static GetExchange GetAndClose(Target target, Workload workload) => new(target, () => "/", close: true);

    private static SlowStartExchange SlowStart(Target target, Workload workload) => new(target, workload.Silence);

    private static SlowSendExchange SlowSend(Target target, Workload workload) => new(target);

    private static GetExchange Long(Target target, Workload workload) => new(target, () => SleepPath(workload), close: false);

    private static UploadExchange Upload(Target target, Workload workload) => new(target, workload.UploadLength);

    private static DownloadExchange Download(Target target, Workload workload) => new(target, workload.DownloadLength);

    private static string SleepPath(Workload workload) =>
        string.Create(CultureInfo.InvariantCulture, $"/sleep?ms={workload.Sleep.Pick()}");

    private static (Http2Request, BodyCheck) Http2Get(Target target) => (Http2Request.Get(target), new SomeBody());

    private static (Http2Request, BodyCheck) Http2Post(Target target)
    {
        ReadOnlyMemory<byte> body = Payload.OfLength(Random.Shared.Next(SmallestPost, LargestPost + 1));
        return (Http2Request.Post(target, "/echo", body), new EchoBody(body));
    }

    private static CreateMode OnNewConnections(CreateExchange exchange) => (name, target, workload, rate, concurrency) =>
        new LoadMode(name, rate, concurrency, _ => new NewConnectionRequester(target, exchange(target, workload)));

    private static CreateMode OnKeptConnections(CreateExchange exchange) => (name, target, workload, rate, concurrency) =>
        new LoadMode(name, rate, concurrency, _ => new KeepAliveRequester(target, exchange(target, workload)));

    private static LoadMode OnWebSockets(string name, Target target, Workload workload, double rate, int concurrency) =>
        new(name, rate, concurrency, _ => new WebSocketRequester(target));

    private static CreateMode OnStreams(Func<Target, (Http2Request, BodyCheck)> next) => (name, target, _, rate, concurrency) =>
    {
        int connections = (concurrency + StreamsPerConnection - 1) / StreamsPerConnection;
        ConnectionSlot[] slots = [.. Enumerable.Range(0, connections).Select(_ => new ConnectionSlot(target))];
        return new LoadMode(
            name, rate, concurrency, number => new Http2Requester(slots[number % connections], () => next(target)), slots);
    };
}
