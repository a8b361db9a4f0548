using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Baton;
using Baton.AspNetCore;
using Baton.Hosting;

namespace TestService;

/// <summary>
/// State that goes over, where <c>--State</c> is set: <c>count</c>, which every request to <c>/count</c> raises, as JSON; and <c>blob</c>, as many bytes as <c>/blob</c> was asked for, which
/// are the service's own to write and read. The words of a behaviour say what goes wrong with the count.
/// </summary>
internal static class State
{
    internal static void AddState(this WebApplicationBuilder builder, GracefulRestartOptions options, Behaviour behaviour)
    {
        if (builder.Configuration["State"] is null)
        {
            return;
        }

        builder.Services.AddHandoverState<Blob>("blob");
        Counter counter = new();
        builder.Services.AddSingleton(counter);
        options.State(
            "count",
            async (destination, cancel) =>
            {
                await MisbehaveAsync(behaviour, "save");
                await JsonSerializer.SerializeAsync(destination, counter.Value, StateJson.Default.Int64, cancel);
            },
            async (state, cancel) =>
            {
                await MisbehaveAsync(behaviour, "load");
                counter.Value = await JsonSerializer.DeserializeAsync(state.Content, StateJson.Default.Int64, cancel);
            },
            item =>
            {
                item.Version = int.Parse(behaviour.Argument("state-version") ?? "1", CultureInfo.InvariantCulture);
                item.IsOptional = behaviour.Has("state-optional");
                item.TakesBack = behaviour.Has("state-back");
            });
    }

    internal static void MapState(this WebApplication app)
    {
        if (app.Services.GetService<Counter>() is { } counter)
        {
            Blob blob = app.Services.GetRequiredService<Blob>();
            app.MapGet("/count", () => counter.Increment().ToString(CultureInfo.InvariantCulture));
            app.MapGet("/blob", (long? bytes) => (blob.Length = bytes ?? blob.Length).ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>The count of the second server, of a service of its container.</summary>
    internal static void AddSecondState(this WebApplicationBuilder builder)
    {
        if (builder.Configuration["State"] is not null)
        {
            builder.Services.AddSingleton<Counter>();
            builder.Services.AddHandoverState<Counter, long>(
                "count2", StateJson.Default.Int64, static counter => counter.Value, static (counter, value) => counter.Value = value);
        }
    }

    internal static void MapSecondState(this WebApplication app)
    {
        if (app.Services.GetService<Counter>() is { } counter)
        {
            app.MapGet("/count2", () => counter.Increment().ToString(CultureInfo.InvariantCulture));
        }
    }

    private static Task MisbehaveAsync(Behaviour behaviour, string when)
    {
        if (behaviour.Argument($"{when}-at") is { } latch)
        {
            return Latch.PassAsync(latch, CancellationToken.None);
        }

        if (behaviour.Has($"hang-in-{when}"))
        {
            Thread.Sleep(Timeout.Infinite);
        }

        return behaviour.Has($"throw-in-{when}") ? throw new InvalidOperationException($"told to throw in {when}") : Task.CompletedTask;
    }

    internal sealed class Counter
    {
        private long _value;

        internal long Value
        {
            get => Interlocked.Read(ref _value);
            set => Interlocked.Exchange(ref _value, value);
        }

        internal long Increment() => Interlocked.Increment(ref _value);
    }

    /// <summary>Bytes of any number that nobody has in memory: each is told by its place.</summary>
    internal sealed class Blob : IHandoverState
    {
        private const int Chunk = 1024 * 1024;
        private const int Period = 251;

        internal long Length { get; set; }

        public async Task SaveAsync(Stream destination, CancellationToken cancellationToken)
        {
            for (long at = 0; at < Length; at += Chunk)
            {
                await destination.WriteAsync(Bytes(at, Length), cancellationToken);
            }
        }

        public async Task LoadAsync(SavedState state, CancellationToken cancellationToken)
        {
            byte[] read = new byte[Chunk];
            for (long at = 0; at < state.Length; at += Chunk)
            {
                byte[] expected = Bytes(at, state.Length);
                await state.Content.ReadExactlyAsync(read.AsMemory(0, expected.Length), cancellationToken);
                if (!expected.AsSpan().SequenceEqual(read.AsSpan(0, expected.Length)))
                {
                    throw new InvalidOperationException($"other bytes came from {at} on");
                }
            }

            Length = state.Length;
        }

        private static byte[] Bytes(long at, long end)
        {
            byte[] bytes = new byte[Math.Min(Chunk, end - at)];
            for (int i = 0; i < bytes.Length; i++)
            {
                bytes[i] = (byte)((at + i) % Period);
            }

            return bytes;
        }
    }
}

[JsonSerializable(typeof(long))]
internal sealed partial class StateJson : JsonSerializerContext;
