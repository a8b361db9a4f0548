// A rate limiter's counters and a warm cache that go over to the next process: restart after restart, and back at a roll back.
//   dotnet run -c Release --project samples/State        then: curl 'localhost:5000/limited?client=alice'; kill -USR2 PID; curl again
using System.Collections.Concurrent;
using System.Text.Json.Serialization;
using Baton;
using Baton.AspNetCore;

ConcurrentDictionary<string, int> used = new();
ConcurrentDictionary<int, long> cache = new();

var builder = WebApplication.CreateBuilder(args);
builder.UseGracefulRestart(options =>
{
    // 1. As JSON. At a roll back the old process goes on with what the new one has counted, as long as that can hand it over.
    options.State(
        "limits",
        AppJson.Default.DictionaryStringInt32,
        save: () => new Dictionary<string, int>(used),
        load: saved => used = new ConcurrentDictionary<string, int>(saved),
        item => item.TakesBack = true);

    // 2. As bytes, which may be many. At a roll back the old process goes on with the cache that it had.
    options.State("cache", SaveCacheAsync, LoadCacheAsync);
});

var app = builder.Build();
string pid = Environment.ProcessId.ToString();
app.Use((context, next) =>
{
    context.Response.Headers["X-Pid"] = pid;
    return next(context);
});

app.MapGet("/limited", (string client) =>
{
    const int Limit = 100;
    int count = used.AddOrUpdate(client, 1, (_, before) => before + 1);
    return count > Limit ? Results.StatusCode(StatusCodes.Status429TooManyRequests) : Results.Text($"{client}: {count} of {Limit}\n");
});

app.MapGet("/fibonacci/{n:int}", (int n) =>
{
    bool isKnown = cache.ContainsKey(n);
    return $"{cache.GetOrAdd(n, Fibonacci)}{(isKnown ? " (from the cache)" : "")}\n";
});

// 3. Says that this release is no good: on probation the old process serves again.
app.MapPost("/bad", (Restarter restarter) => restarter.ReportUnhealthy("told to be bad"));

app.Run();

async Task SaveCacheAsync(Stream destination, CancellationToken cancel)
{
    await using var writer = new StreamWriter(destination, leaveOpen: true);
    foreach ((int n, long value) in cache)
    {
        await writer.WriteLineAsync($"{n} {value}".AsMemory(), cancel);
    }
}

async Task LoadCacheAsync(SavedState saved, CancellationToken cancel)
{
    using var reader = new StreamReader(saved.Content, leaveOpen: true);
    while (await reader.ReadLineAsync(cancel) is { } line)
    {
        string[] words = line.Split(' ');
        cache[int.Parse(words[0])] = long.Parse(words[1]);
    }
}

// As slow as it looks.
static long Fibonacci(int n) => n < 2 ? n : Fibonacci(n - 1) + Fibonacci(n - 2);

[JsonSerializable(typeof(Dictionary<string, int>))]
internal sealed partial class AppJson : JsonSerializerContext;
