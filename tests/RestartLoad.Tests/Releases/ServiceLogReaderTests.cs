using RestartLoad.Releases;

namespace RestartLoad.Tests.Releases;

/// <summary>What counts as news in a log that others are writing.</summary>
public sealed class ServiceLogReaderTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Lines_of_both_shapes_are_read_and_those_of_others_are_not()
    {
        using ServiceLogReader reader = new(_path);
        Write("info: Microsoft.Hosting.Lifetime[14]\n      Now listening\ninfo: Baton[401]\n      Restart asked by SIGUSR2\n");
        Write("info: Baton.WarmUp[1001]\n      Warmed up\n2026-11-21 10:00:00 fail: Baton[404] Restart failed: no\nUnhandled exception.\n");

        Assert.Equal([new LogEntry(401, "Restart asked by SIGUSR2"), new LogEntry(404, "Restart failed: no")], reader.ReadNew());
        Assert.Empty(reader.ReadNew());
    }

    [Fact]
    public void A_line_is_read_when_it_is_complete()
    {
        using ServiceLogReader reader = new(_path);
        Write("info: Baton[4");
        Assert.Empty(reader.ReadNew());
        Write("05]\n      Handed over to");
        Assert.Empty(reader.ReadNew());

        Write(" process 7\n");

        Assert.Equal([new LogEntry(405, "Handed over to process 7")], reader.ReadNew());
    }

    private void Write(string text) => File.AppendAllText(_path, text);
}
