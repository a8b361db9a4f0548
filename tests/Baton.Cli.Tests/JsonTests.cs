using System.Text.Json;
using Baton.Cli.CommandLine;
using Baton.Cli.Tests.Support;

namespace Baton.Cli.Tests;

/// <summary>What programs read: objects on standard output, nothing on standard error, a result in the end whatever happens.</summary>
public sealed class JsonTests : IDisposable
{
    private readonly Support.Cli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Json_OfOneAnswer_IsOneObject()
    {
        await using FakeService service = new(_cli.Directory, Samples.Shop with { Program = "/it's" });

        JsonElement status = Assert.Single(await LinesAsync(ExitCode.Done, "status", "--json"));
        Assert.Equal("4711", status.GetProperty("status").GetProperty("pid").GetRawText());
        Assert.Equal("\"/it's\"", status.GetProperty("status").GetProperty("program").GetRawText());

        JsonElement list = Assert.Single(await LinesAsync(ExitCode.Done, "list", "--json"));
        JsonElement found = Assert.Single(list.GetProperty("services").EnumerateArray());
        Assert.Equal((service.Socket, "shop"), (found.GetProperty("socket").GetString(), found.GetProperty("status").GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Json_OfAStory_IsAnObjectForEachEventAndTheResult()
    {
        await using FakeService service = Shop(async answers =>
        {
            await answers.SayAsync(Samples.Accepted, Samples.Phase("spawn"), Samples.Succeeded, Samples.Drain(2));
            await answers.EndAsync();
        });

        IReadOnlyList<JsonElement> lines = await LinesAsync(ExitCode.Done, "restart", "--json");

        Assert.Equal(["accepted", "phase", "outcome", "drain", "result"], lines.Select(l => l.GetProperty("kind").GetString()));
        Assert.Equal(4711, lines[^1].GetProperty("serving").GetProperty("pid").GetInt32());
        Assert.Equal(4600, lines[^1].GetProperty("record").GetProperty("durationMs").GetInt32());
    }

    [Fact]
    public async Task Json_OfAFailure_HasItsReason()
    {
        await using FakeService service = Shop(async answers =>
        {
            await answers.SayAsync(Samples.Accepted, Samples.Failed);
            await answers.EndAsync();
        });

        JsonElement result = (await LinesAsync(ExitCode.Failed, "restart", "--json"))[^1];

        Assert.Equal("SuccessorFailed", result.GetProperty("failure").GetString());
        Assert.Equal(Samples.Reason, result.GetProperty("explanation").GetString());
    }

    [Theory]
    [InlineData(ExitCode.NotFound, "NotFound", "status")]
    [InlineData(ExitCode.Usage, "Usage", "restart", "--timeout", "soon")]
    [InlineData(ExitCode.Usage, "Usage", "restart", "--wait", "--no-wait")]
    [InlineData(ExitCode.Usage, "Usage", "stauts")]
    public async Task Json_WithoutAService_HasAResult(int exitCode, string failure, params string[] args)
    {
        JsonElement result = Assert.Single(await LinesAsync(exitCode, [.. args, "--json"]));
        Assert.Equal(failure, result.GetProperty("failure").GetString());
        Assert.NotEmpty(result.GetProperty("explanation").GetString()!);
    }

    [Fact]
    public async Task Json_OfWatch_EndsWithTheService()
    {
        FakeService service = new(_cli.Directory, Samples.Service("shop", 4711, 3, ProcessState.ShuttingDown));
        service.Story = async (_, answers) =>
        {
            await answers.SayAsync(new Control.ControlAnswer.Status(service.Status));
            service.StopListening();
            await answers.EndAsync();
        };

        IReadOnlyList<JsonElement> lines = await LinesAsync(ExitCode.Done, "watch", "--json");
        await service.DisposeAsync();

        Assert.Equal(["status", "result"], lines.Select(l => l.GetProperty("kind").GetString()));
    }

    private FakeService Shop(Func<FakeAnswers, Task> progress) => new(_cli.Directory, Samples.Shop) { Story = (_, answers) => progress(answers) };

    private async Task<IReadOnlyList<JsonElement>> LinesAsync(int exitCode, params string[] args)
    {
        CliResult result = await _cli.RunAsync(args);
        Assert.Equal("", result.Error);
        JsonElement[] lines = [.. result.Output.TrimEnd('\n').Split('\n').Select(l => JsonDocument.Parse(l).RootElement)];
        Assert.All(lines, line => Assert.Equal(1, line.GetProperty("schemaVersion").GetInt32()));
        JsonElement last = lines[^1];
        Assert.Equal(("result", exitCode, exitCode), (last.GetProperty("kind").GetString(), last.GetProperty("exitCode").GetInt32(), result.ExitCode));
        return lines;
    }
}
