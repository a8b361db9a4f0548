using System.Runtime.InteropServices;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Baton.Interop;
using Baton.Resources;
using Baton.Tests.Support;
using Microsoft.Win32.SafeHandles;

namespace Baton.Tests.Resources;

/// <summary>State as it is saved, passed and loaded: small in the message, large as sealed memory; believed only when all is right.</summary>
public sealed partial class StateStoreTests
{
    private const long Limit = 16 * 1024 * 1024;

    private readonly RecordingLogger _logger = new();

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(StateWriter.LongestInline, true)]
    [InlineData(StateWriter.LongestInline + 1, false)]
    [InlineData(5_000_000, false)]
    public void Load_WhatWasSaved_IsTheSameBytes(int length, bool isInline)
    {
        byte[] content = RandomNumberGenerator.GetBytes(length);
        StateStore from = Saved(Writes(content));
        StateRow row = Assert.Single(from.Rows);
        Assert.Equal((length, isInline), ((int)row.Length, row.Data is not null));
        Assert.Equal(isInline ? 0 : 1, from.Held.Count);
        Assert.Equal(SHA256.HashData(content), Convert.FromHexString(row.Hash));

        byte[]? loaded = null;
        Assert.Null(Pass(from, from.Rows, Item(load: (state, _) =>
        {
            Assert.Equal(("hits", 1, (long)length, false), (state.Name, state.Version, state.Length, state.IsHandedBack));
            loaded = new byte[length];
            state.Content.ReadExactly(loaded);
            Assert.Equal(-1, state.Content.ReadByte());
            return Task.CompletedTask;
        })));
        Assert.Equal(content, loaded);
    }

    // As a serializer does: by bytes, by pieces, and by more than fits.
    [Fact]
    public void Save_InPieces_KeepsTheirOrder()
    {
        var expected = new MemoryStream();
        StateStore from = Saved((stream, _) =>
        {
            foreach (Stream each in (Stream[])[expected, stream])
            {
                for (int i = 0; i < 70_000; i++)
                {
                    each.WriteByte((byte)i);
                }

                each.Write(Enumerable.Range(0, 100_000).Select(i => (byte)(i * 7)).ToArray());
                each.Write("end"u8);
            }

            return Task.CompletedTask;
        });

        var loaded = new MemoryStream();
        Assert.Null(Pass(from, from.Rows, Item(load: (state, cancel) => state.Content.CopyToAsync(loaded, cancel))));
        Assert.Equal(expected.ToArray(), loaded.ToArray());
    }

    [Fact]
    public void Save_Json_NeedsNoReflection()
    {
        var options = new RestarterOptions();
        Dictionary<string, long>? loaded = null;
        options.State("hits", Json.Default.DictionaryStringInt64, () => new() { ["alice"] = 3 }, hits => loaded = hits);
        StateStore from = Store(options.StateItems[0]);
        Save(from);
        Assert.Equal("""{"alice":3}""", Encoding.UTF8.GetString(from.Rows[0].Data!));
        Assert.Null(Pass(from, from.Rows, options.StateItems[0]));
        Assert.Equal(3, loaded!["alice"]);
    }

    [Theory]
    [InlineData(1, null, 1, null)]
    [InlineData(3, 2, 2, null)]
    [InlineData(3, 2, 1, "state hits has version 1, and this program understands 2 to 3")]
    [InlineData(1, null, 2, "state hits has version 2, and this program understands 1")]
    public void Load_AVersion_IsUnderstoodOrTheRestartFails(int own, int? oldest, int saved, string? problem)
    {
        StateStore from = Saved(Writes([1]), o => o.Version = saved);
        bool called = false;
        StateItem item = Item(
            load: (state, _) =>
            {
                called = true;
                Assert.Equal(saved, state.Version);
                return Task.CompletedTask;
            },
            configure: o => (o.Version, o.OldestVersion) = (own, oldest));
        Assert.Equal(problem, Pass(from, from.Rows, item));
        Assert.Equal(problem is null, called);
    }

    [Fact]
    public void Load_WhatIsNotAsAnnounced_IsNotGivenToTheApplication()
    {
        StateStore small = Saved(Writes("hello"u8.ToArray()));
        StateRow row = small.Rows[0];
        Assert.Contains("damaged", Refused(row with { Data = "hellp"u8.ToArray() }), StringComparison.Ordinal);
        Assert.Contains("5 bytes, and 6 were announced", Refused(row with { Length = 6 }), StringComparison.Ordinal);
        Assert.Contains("without its bytes", Refused(row with { Data = null }), StringComparison.Ordinal);
        Assert.Contains($"and {Limit} are left of MaxStateSize", Refused(row with { Length = Limit + 1 }), StringComparison.Ordinal);
    }

    // What its writer could still change, between the check of the hash and the reading.
    [Fact]
    public void Load_MemoryThatIsNotSealed_IsRefused()
    {
        using SafeFileHandle open = SealedMemory.Create("test");
        RandomAccess.Write(open, "hello"u8, 0);
        StateStore to = Store(Item());
        to.Load(new ResourceKey(ResourceKind.State, "hits"), new Descriptor(Libc.fcntl((int)open.DangerousGetHandle(), Libc.F_DUPFD_CLOEXEC, 3)));
        var row = new StateRow("hits", 1, 5, Convert.ToHexString(SHA256.HashData("hello"u8)));
        Assert.Contains("could still be changed", to.Load([row], handedBack: false, Limit, Describe).Run(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public void Passed_Memory_CanNotBeChangedAndIsFreed()
    {
        string name = $"m{Guid.NewGuid():N}";
        StateStore from = Store(Item(name, Writes(new byte[200_000])));
        Save(from);
        int Open() => OpenFiles.All().Count(fd => OpenFiles.Target(fd).Contains(name, StringComparison.Ordinal));
        Assert.Equal(1, Open());
        using (var write = new FileStream(new SafeFileHandle(from.Held[0].Handle.DangerousGetHandle(), ownsHandle: false), FileAccess.ReadWrite, 0))
        {
            Assert.ThrowsAny<Exception>(() => write.Write("x"u8));
            Assert.ThrowsAny<Exception>(() => write.SetLength(0));
        }

        Assert.True(OpenFiles.IsCloseOnExec((int)from.Held[0].Handle.DangerousGetHandle()));
        from.Forget();
        Assert.Equal(0, Open());
        Assert.Empty(from.Rows);
    }

    [Fact]
    public void Save_MoreThanTheLimit_FailsAndSaysWhichOption()
    {
        StateStore from = Store(Item(save: Writes(new byte[101])));
        StateSaving saving = from.Save(static _ => true, 100, Describe);
        Assert.Equal("state hits could not be saved: It has more than the 100 bytes that MaxStateSize leaves for it.", saving.Run(Cancel));
    }

    [Fact]
    public void Save_OptionalThatThrows_IsLeftOutAndTheOthersGo()
    {
        StateStore from = Store(
            Item("a", save: static (_, _) => throw new InvalidOperationException("no"), configure: static o => o.IsOptional = true), Item("b"));
        Assert.Null(Save(from));
        Assert.Equal(["b"], from.Rows.Select(r => r.Name));
        Assert.Contains(_logger.Lines, l => l.Event.Name == "StateLeftOut" && l.Text.Contains("State a", StringComparison.Ordinal));
    }

    [Fact]
    public void GiveUp_WhileOneHangs_NeedsThoseThatAreNotOptional()
    {
        Assert.Equal("state a was not saved within 1 s", Hanging(Item("a", Hang)));
        Assert.Null(Hanging(Item("a", Hang, configure: static o => o.IsOptional = true)));
        Assert.Equal(
            "state b was not saved within 1 s, as a took all of it", Hanging(Item("a", Hang, configure: static o => o.IsOptional = true), Item("b")));
    }

    // In one message of at most 1 MiB.
    [Fact]
    public void Save_ManySmallOnes_BecomeMemoryWhereTheMessageHasNoRoom()
    {
        StateStore from = Store([.. Enumerable.Range(0, StateStore.MostItems).Select(
            i => Item(i.ToString(CultureInfo.InvariantCulture), Writes(new byte[StateWriter.LongestInline])))]);
        Assert.Null(Save(from));
        Assert.Equal(StateStore.MostItems, from.Rows.Count);
        Assert.Equal(8, from.Rows.Count(r => r.Data is not null));
        Assert.Equal(StateStore.MostItems - 8, from.Held.Count);
        Assert.Throws<InvalidOperationException>(() => from.Add([Item("more")]));
        from.Forget();
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a#1")]
    [InlineData("ä")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public void State_OfABadName_IsRefused(string name) =>
        Assert.Throws<ArgumentException>(() => new RestarterOptions().State(name, static (_, _) => Task.CompletedTask, static (_, _) => Task.CompletedTask));

    [Fact]
    public void State_OfOneNameTwice_IsRefused()
    {
        var options = new RestarterOptions();
        options.State("hits", static (_, _) => Task.CompletedTask, static (_, _) => Task.CompletedTask);
        Assert.Throws<ArgumentException>(() => options.State("hits", static (_, _) => Task.CompletedTask, static (_, _) => Task.CompletedTask));
        StateStore store = Store(options.StateItems[0]);
        Assert.Throws<InvalidOperationException>(() => store.Add(options.StateItems));
    }

    [Fact]
    public void Load_AtARollBack_IsOnlyOfWhatIsWantedBack()
    {
        StateStore from = Store(Item("a"), Item("b", configure: static o => o.TakesBack = true));
        Save(from);
        List<string> loaded = [];
        StateItem At(string name, bool back) => Item(
            name,
            load: (state, _) =>
            {
                loaded.Add($"{state.Name} {state.IsHandedBack}");
                return Task.CompletedTask;
            },
            configure: o => o.TakesBack = back);
        StateStore to = Store(At("a", back: false), At("b", back: true));
        Assert.Null(to.Load(from.Rows, handedBack: true, Limit, Describe).Run(Cancel));
        Assert.Equal(["b True"], loaded);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Func<Stream, CancellationToken, Task> Writes(byte[] content) => (stream, cancel) => stream.WriteAsync(content, cancel).AsTask();

    private static Task Hang(Stream stream, CancellationToken cancel) => Task.Delay(Timeout.Infinite, cancel);

    private static string Describe(Exception e) => e.Message;

    private static StateItem Item(
        string name = "hits",
        Func<Stream, CancellationToken, Task>? save = null,
        Func<SavedState, CancellationToken, Task>? load = null,
        Action<StateOptions>? configure = null) =>
        StateItem.Of(name, save ?? ((_, _) => Task.CompletedTask), load ?? ((_, _) => Task.CompletedTask), configure);

    private string? Hanging(params StateItem[] items)
    {
        using var givenUp = new CancellationTokenSource();
        StateStore from = Store(items);
        StateSaving saving = from.Save(static _ => true, Limit, Describe);
        Task<string?> run = Task.Run(() => saving.Run(givenUp.Token), Cancel);
        string? problem = saving.GiveUp("within 1 s");
        givenUp.Cancel();
        _ = run.GetAwaiter().GetResult();
        Assert.Empty(saving.Take());
        return problem;
    }

    private static string? Save(StateStore store)
    {
        StateSaving saving = store.Save(static _ => true, Limit, Describe);
        string? problem = saving.Run(Cancel);
        store.Keep(saving);
        return problem;
    }

    private StateStore Saved(Func<Stream, CancellationToken, Task> save, Action<StateOptions>? configure = null)
    {
        StateStore store = Store(Item(save: save, configure: configure));
        Assert.Null(Save(store));
        return store;
    }

    private StateStore Store(params StateItem[] items)
    {
        var store = new StateStore(_logger);
        store.Add(items);
        return store;
    }

    private string? Pass(StateStore from, IReadOnlyList<StateRow> rows, StateItem item)
    {
        StateStore to = Store(item);
        foreach (PassedResource passed in from.Held)
        {
            to.Load(ResourceKey.Parse(passed.Key.ToString()), passed.Handle.Duplicate());
        }

        from.Forget();
        return to.Load(rows, handedBack: false, Limit, Describe).Run(Cancel);
    }

    private string Refused(StateRow row) =>
        Store(Item(load: static (_, _) => throw new InvalidOperationException("called"))).Load([row], handedBack: false, Limit, Describe).Run(Cancel)!;

    [JsonSerializable(typeof(Dictionary<string, long>))]
    private sealed partial class Json : JsonSerializerContext;
}
