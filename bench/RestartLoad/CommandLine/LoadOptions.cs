using System.CommandLine;
using RestartLoad.Load;
using RestartLoad.Modes;
using RestartLoad.Releases;
using RestartLoad.Restarts;
using RestartLoad.Wire;
using static RestartLoad.CommandLine.OptionFactory;

namespace RestartLoad.CommandLine;

/// <summary>The options of a run, and how they become <see cref="LoadSettings"/>.</summary>
internal sealed class LoadOptions
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    private readonly Option<Target?> _http =
        Parsed("--http", "HTTP/1.1, such as http://127.0.0.1:8199", static url => Target.Parse(url, "http"));

    private readonly Option<Target?> _https =
        Parsed("--https", "HTTP/1.1 and HTTP/2 over TLS", static url => Target.Parse(url, "https"));

    private readonly Option<Target?> _h2c = Parsed("--h2c", "HTTP/2 without TLS", static url => Target.Parse(url, "http"));
    private readonly Option<Target?> _unix = Parsed("--unix", "HTTP/1.1 on the unix socket of this path", Target.UnixSocket);

    private readonly Option<ModeChoice[]> _modes = new("--mode")
    {
        Description = "NAME, NAME=RATE or NAME=RATExCONCURRENCY; may be repeated. RATE 0: as fast as possible. "
            + $"Modes: {string.Join(", ", ModeCatalog.Names)}",
        CustomParser = static result => Each(result, ModeChoice.Parse),
    };

    private readonly Option<string> _mix = new("--mix")
    {
        Description = "Modes when no --mode is given: mixed (all whose endpoint is given) or demo (a few of every kind)",
        DefaultValueFactory = static _ => "mixed",
    };

    private readonly Option<double> _scale = WithDefault("--scale", "Multiplies every rate", 1.0);
    private readonly Option<int> _connections =
        WithDefault("--connections", "Connections of each keep-alive mode; 0: its own number", 0);

    private readonly Option<NumberRange> _silence = Range("--silence", "Silence of slow-start connections in ms", new(30, 300));
    private readonly Option<NumberRange> _sleep = Range("--sleep", "Duration of long requests in ms", new(500, 1500));
    private readonly Option<NumberRange> _upload =
        Range("--upload-bytes", "Size of uploads in bytes", new(64 * 1024, 256 * 1024));

    private readonly Option<long> _download = WithDefault("--download-bytes", "Size of downloads in bytes", 4L * 1024 * 1024);
    private readonly Option<double> _timeout = WithDefault("--timeout", "Limit of one request in s", 30.0);

    private readonly Option<int> _restarts = WithDefault("--restarts", "How many restarts", 0);
    private readonly Option<NumberRange> _interval =
        Range("--interval", "From the end of a restart (predecessor gone) to the next trigger, in ms", new(500, 3000));

    private readonly Option<string> _signal = new("--signal")
    {
        Description = "Triggers a restart",
        DefaultValueFactory = static _ => "SIGUSR2",
    };

    private readonly Option<string?> _trigger = new("--trigger")
    {
        Description = "Shell command that triggers a restart instead of a signal; {pid} stands for the serving process",
    };

    private readonly Option<double> _restartTimeout =
        WithDefault("--restart-timeout", "From a trigger to the first answer of the successor, in s", 60.0);

    private readonly Option<double> _drainTimeout =
        WithDefault("--drain-timeout", "From a trigger to the predecessor's end, in s", 90.0);

    private readonly Option<int> _reportEvery =
        WithDefault("--report-every", "Show fds, memory and zombies of the serving process each N restarts; 0: never", 0);

    private readonly Option<double> _duration =
        WithDefault("--duration", "Least duration of the load in s; 10 when nothing else ends it", 0.0);

    private readonly Option<long> _minRequests = WithDefault("--min-requests", "Go on until so many requests were made", 0L);
    private readonly Option<double> _maxDuration = WithDefault(
        "--max-duration", "The load ends here, with failure if anything is missing, in s; 0: from the other options", 0.0);

    private readonly Option<double> _serviceTimeout =
        WithDefault("--service-timeout", "For the start and the stop of a service given after --, in s", 30.0);

    private readonly Option<string?> _serviceLog = new("--service-log")
    {
        Description = "Where a service given after -- writes its output (default: a temporary file, kept when the run fails)",
    };

    private readonly ReleaseOptions _releases = new();

    public void AddTo(Command command)
    {
        Option[] all =
        [
            _http, _https, _h2c, _unix, _modes, _mix, _scale, _connections, _silence, _sleep, _upload, _download, _timeout,
            _restarts, _interval, _signal, _trigger, _restartTimeout, _drainTimeout, _reportEvery, _duration, _minRequests,
            _maxDuration, _serviceTimeout, _serviceLog, .. _releases.All,
        ];
        foreach (Option option in all)
        {
            command.Options.Add(option);
        }
    }

    /// <exception cref="FormatException">The options do not fit together.</exception>
    public LoadSettings Read(ParseResult parsed, IReadOnlyList<string> serviceCommand)
    {
        Endpoints endpoints = new(parsed.GetValue(_http), parsed.GetValue(_https), parsed.GetValue(_h2c), parsed.GetValue(_unix));
        int restarts = parsed.GetValue(_restarts);
        ReleasePlan? releases = _releases.Read(parsed, isStarted: serviceCommand.Count > 0, hasRestarts: restarts > 0);
        LoadSettings settings = new()
        {
            Endpoints = endpoints,
            Modes = ReadModes(parsed, endpoints),
            Workload = new Workload
            {
                Silence = parsed.GetValue(_silence),
                Sleep = parsed.GetValue(_sleep),
                UploadLength = parsed.GetValue(_upload),
                DownloadLength = parsed.GetValue(_download),
            },
            Scale = parsed.GetValue(_scale),
            RequestTimeout = Seconds(parsed, _timeout),
            Restarts = new RestartPlan(
                releases?.Choices.Count ?? restarts,
                parsed.GetValue(_interval),
                Seconds(parsed, _restartTimeout),
                Seconds(parsed, _drainTimeout),
                parsed.GetValue(_reportEvery)),
            Trigger = new RestartTrigger(Signals.Parse(parsed.GetRequiredValue(_signal)), parsed.GetValue(_trigger)),
            Releases = releases,
            Duration = DurationOf(parsed, hasRestarts: restarts > 0 || releases is not null),
            MinRequests = parsed.GetValue(_minRequests),
            MaxDuration = Seconds(parsed, _maxDuration),
            Command = serviceCommand,
            ServiceLog = parsed.GetValue(_serviceLog) ?? TemporaryLog(),
            ServiceTimeout = Seconds(parsed, _serviceTimeout),
        };
        return settings.MaxDuration > TimeSpan.Zero ? settings : settings with { MaxDuration = LongestUseful(settings) };
    }

    private IReadOnlyList<ModeChoice> ReadModes(ParseResult parsed, Endpoints endpoints)
    {
        IReadOnlyList<ModeChoice> modes = parsed.GetValue(_modes) is { Length: > 0 } chosen
            ? chosen
            : parsed.GetRequiredValue(_mix) switch
            {
                "mixed" => ModeCatalog.Mixed(endpoints),
                "demo" => ModeCatalog.Demo(endpoints),
                string other => throw new FormatException($"'{other}' is not a mix; there are mixed and demo."),
            };
        if (modes.Count == 0)
        {
            throw new FormatException("There is nothing to load: give at least one of --http, --https, --h2c and --unix.");
        }

        if (modes.Where(mode => !ModeCatalog.IsPossible(mode, endpoints)).Select(mode => mode.Name).FirstOrDefault() is { } name)
        {
            throw new FormatException($"Mode '{name}' needs an endpoint that is not given.");
        }

        int connections = parsed.GetValue(_connections);
        return connections == 0
            ? modes
            : [.. modes.Select(mode => mode.IsKeepAlive ? mode with { Concurrency = mode.Concurrency ?? connections } : mode)];
    }

    private static string TemporaryLog() =>
        Path.Combine(Path.GetTempPath(), $"restart-load-{Environment.ProcessId}.log");

    private TimeSpan DurationOf(ParseResult parsed, bool hasRestarts)
    {
        const double WithoutRestarts = 10;
        bool isGiven = parsed.GetResult(_duration) is { Implicit: false };
        bool hasOtherEnd = hasRestarts || parsed.GetValue(_minRequests) > 0;
        return isGiven || hasOtherEnd ? Seconds(parsed, _duration) : TimeSpan.FromSeconds(WithoutRestarts);
    }

    /// <summary>More than the plan should take, so that it ends only a run that gets nowhere.</summary>
    private static TimeSpan LongestUseful(LoadSettings settings)
    {
        const double LeastRate = 100; // requests per second
        RestartPlan restarts = settings.Restarts;
        TimeSpan slack = TimeSpan.FromSeconds(60);
        TimeSpan eachRestart = TimeSpan.FromMilliseconds(restarts.Interval.Most) + TimeSpan.FromSeconds(10);
        TimeSpan lastRestart = restarts.Count == 0 ? TimeSpan.Zero : restarts.RestartTimeout + restarts.DrainTimeout;
        TimeSpan requests = TimeSpan.FromSeconds(Math.Min(settings.MinRequests / LeastRate, Longest.TotalSeconds));
        TimeSpan sum = slack + settings.Duration + (restarts.Count * eachRestart) + lastRestart + requests;
        return sum < Longest ? sum : Longest;
    }

    /// <exception cref="FormatException">Longer than anything may take here.</exception>
    private static TimeSpan Seconds(ParseResult parsed, Option<double> option)
    {
        double seconds = parsed.GetValue(option);
        return seconds <= Longest.TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw new FormatException($"{option.Name}: {seconds} s are more than {Longest.TotalDays} days.");
    }
}
