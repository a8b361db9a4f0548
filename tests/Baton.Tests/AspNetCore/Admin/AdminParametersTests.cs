using System.Text;
using Baton.AspNetCore.Admin;
using Baton.Control;
using Microsoft.AspNetCore.Http;

namespace Baton.Tests.AspNetCore.Admin;

/// <summary>What is asked for, by query and form.</summary>
public class AdminParametersTests
{
    [Theory]
    [InlineData("", null, null, true)]
    [InlineData("?program=/srv/2/App", null, "/srv/2/App", true)]
    [InlineData("?newExeFilePath=/srv/2/App&wait=false", null, "/srv/2/App", false)]
    [InlineData("?wait=0", "program=%2Fsrv%2F2%2FApp", "/srv/2/App", false)]
    [InlineData("?program=", "wait=True", null, true)]
    [InlineData("?program=/srv/2/App%00", null, "/srv/2/App\0", true)]
    public async Task Read_OfARestart(string query, string? form, string? program, bool wait)
    {
        ControlRequest request = await ReadAsync(ControlCommand.Restart, query, form);
        Assert.Equal((program, wait), (request.Program, request.Wait));
    }

    [Fact]
    public async Task Read_OfAShutdown()
    {
        Assert.False((await ReadAsync(ControlCommand.Shutdown, "", null)).Force);
        Assert.True((await ReadAsync(ControlCommand.Shutdown, "?force=1", null)).Force);
    }

    [Theory]
    [InlineData("Restart", "?prog=/srv/2/App", null, "\"prog\"")]
    [InlineData("Restart", "?force=1", null, "\"force\"")]
    [InlineData("Shutdown", "?program=/srv/2/App", null, "\"program\"")]
    [InlineData("Force", "", "force=1", "\"force\"")]
    [InlineData("Restart", "?wait=yes", null, "\"wait\" is true or false")]
    [InlineData("Restart", "?program=/a&program=/b", null, "more than once")]
    [InlineData("Restart", "?program=/a", "program=/b", "more than once")]
    [InlineData("Restart", "?program=/a&newExeFilePath=/b", null, "the same")]
    public async Task Read_OfWhatIsNotMeantLikeThat_IsRefused(string command, string query, string? form, string problem)
    {
        BadHttpRequestException e = await Assert.ThrowsAsync<BadHttpRequestException>(() => ReadAsync(Enum.Parse<ControlCommand>(command), query, form));
        Assert.Equal(400, e.StatusCode);
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_OfTooManyParameters_IsRefused() =>
        Assert.Equal(400, (await Assert.ThrowsAsync<BadHttpRequestException>(() => ReadAsync(ControlCommand.Restart, "", string.Join('&', Enumerable.Range(0, 1000).Select(i => $"p{i}="))))).StatusCode);

    [Fact]
    public async Task Read_OfAnotherKindOfBody_IsRefused() =>
        Assert.Equal(415, (await Assert.ThrowsAsync<BadHttpRequestException>(() => ReadAsync(ControlCommand.Restart, "", """{"program":"/a"}""", "application/json"))).StatusCode);

    private static Task<ControlRequest> ReadAsync(ControlCommand command, string query, string? form, string type = "application/x-www-form-urlencoded")
    {
        var context = new DefaultHttpContext();
        context.Request.QueryString = new QueryString(query);
        if (form is not null)
        {
            context.Request.ContentType = type;
            context.Request.Body = new MemoryStream(Encoding.ASCII.GetBytes(form));
            context.Request.ContentLength = form.Length;
        }

        return AdminParameters.ReadAsync(context, command, TimeSpan.FromSeconds(5));
    }
}
