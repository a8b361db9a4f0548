using System.IO.Pipelines;
using System.Text;
using Baton.AspNetCore;
using Baton.AspNetCore.WarmingUp;
using Baton.Tests.Support;

namespace Baton.Tests.AspNetCore;

public class Http1ClientTests
{
    private readonly Pipe _answers = new();
    private readonly MemoryStream _sent = new();

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200)]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", 204)]
    [InlineData("HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n", 304)]
    [InlineData("HTTP/1.1 500 Internal Server Error\r\ncontent-length:0\r\n\r\n", 500)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n10;x=y\r\n0123456789abcdef\r\n0\r\n\r\n", 200)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nTrailer: x\r\n\r\n", 200)]
    [InlineData("HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 1\r\n\r\nx", 404)]
    [InlineData("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", 400, true)]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", 101, true)]
    public async Task Ask_AWholeAnswer_LeavesTheConnectionAtItsEnd(string answer, int status, bool last = false)
    {
        Http1Client client = NewClient();
        await AnswerAsync(answer + (last ? "" : "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"));

        Assert.Equal(new WarmUpAnswer(status), await AskAsync(client));
        Assert.Equal(last, client.HasEnded);
        if (!last)
        {
            Assert.Equal(201, (await AskAsync(client)).Status);
        }
    }

    [Fact]
    public async Task Ask_AnAnswerInSingleBytes_IsUnderstood()
    {
        Http1Client client = NewClient();
        Task<WarmUpAnswer> asking = AskAsync(client);
        foreach (char c in "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n")
        {
            await AnswerAsync(c.ToString());
        }

        Assert.Equal(200, (await asking).Status);
    }

    [Fact]
    public async Task Ask_ABodyThatEndsWithTheConnection_IsReadToItsEnd()
    {
        Http1Client client = NewClient();
        await AnswerAsync("HTTP/1.1 200 OK\r\n\r\n" + new string('x', 10_000));
        await _answers.Writer.CompleteAsync();

        Assert.Equal(200, (await AskAsync(client)).Status);
        Assert.True(client.HasEnded);
    }

    [Fact]
    public async Task Ask_Head_HasNoBodyWhateverItsLength()
    {
        Http1Client client = NewClient();
        await AnswerAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
        Assert.Equal(200, (await AskAsync(client, new WarmUpRequest("/") { Method = "HEAD" })).Status);
    }

    [Fact]
    public async Task Ask_KestrelThatSpeaksHttp2Only_IsRecognized()
    {
        Http1Client client = NewClient();
        await AnswerAsync(
            "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: 56\r\n\r\nAn HTTP/1.x request was sent to an HTTP/2 only endpoint.");
        Assert.Equal(new WarmUpAnswer(400, WantsHttp2: true), await AskAsync(client));
    }

    [Theory]
    [InlineData("", "the server ended the connection without a whole answer")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", "the server ended the connection without a whole answer")]
    [InlineData("220 smtp.example.org ESMTP\r\n", "the answer is not HTTP: '220 smtp.example.org ESMTP'")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", "the answer has a length of 'many'")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nmany\r\n", "the answer has a chunk of 'many' bytes")]
    public async Task Ask_NoAnswerThatCanBeUnderstood_SaysWhy(string answer, string words)
    {
        Http1Client client = NewClient();
        await AnswerAsync(answer);
        await _answers.Writer.CompleteAsync();
        Assert.Equal(words, (await Assert.ThrowsAsync<IOException>(() => AskAsync(client))).Message);
    }

    [Fact]
    public async Task Ask_ARequestWithHeaders_IsSentAsGivenAndMarked()
    {
        Http1Client client = NewClient();
        await AnswerAsync("HTTP/1.1 204 No Content\r\n\r\n");
        await AskAsync(client, new WarmUpRequest("/a?b=c") { Method = "POST", Headers = { ["Accept"] = "text/html" } });
        Assert.Equal(
            "POST /a?b=c HTTP/1.1\r\nHost: example.org\r\nX-Baton-Warm-Up: 1\r\nAccept: text/html\r\nContent-Length: 0\r\n\r\n", Encoding.ASCII.GetString(_sent.ToArray()));
    }

    private static Task<WarmUpAnswer> AskAsync(Http1Client client, WarmUpRequest? request = null) =>
        client.AskAsync(request ?? new WarmUpRequest("/"), TestContext.Current.CancellationToken).Soon();

    private async Task AnswerAsync(string text) => await _answers.Writer.WriteAsync(Encoding.Latin1.GetBytes(text), TestContext.Current.CancellationToken);

    private Http1Client NewClient() => new(new TwoWayStream(_answers.Reader.AsStream(), _sent), "example.org");
}
