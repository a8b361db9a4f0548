using System.Globalization;
using System.Net;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>D1, D3: what the predecessor has begun ends well, in every way to speak HTTP, while the successor serves already.</summary>
public sealed class TransferTests
{
    public static TheoryData<string> Variants =>
        new(HttpVariant.Http1, HttpVariant.Http1OverTls, HttpVariant.Http2, HttpVariant.Http2OverTls);

    [Theory] // D1
    [MemberData(nameof(Variants))]
    public async Task Slow_request_is_finished_by_the_predecessor(string variant)
    {
        using var http = new HttpVariant(variant);
        await using ServiceProcess service = await ServiceProcess.StartAsync(http.Setup);
        using HttpClient client = http.NewClient(service.Address);
        Latch latch = service.NewLatch();
        Task<HttpResponseMessage> slow = client.GetAsync(latch.Request, TestContext.Current.CancellationToken);
        await latch.ReachedAsync();

        int predecessor = await service.RestartAsync();
        await AssertServedBySuccessorAsync(service, http);
        Assert.False(slow.IsCompleted);
        latch.Open();

        using HttpResponseMessage answer = await slow.InTime();
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(predecessor, PidOf(answer));
        await AssertEndsAsync(service, predecessor, client);
    }

    [Theory] // D1
    [MemberData(nameof(Variants))]
    public async Task Upload_that_began_before_ends_after_the_handover(string variant)
    {
        using var http = new HttpVariant(variant);
        await using ServiceProcess service = await ServiceProcess.StartAsync(http.Setup);
        using HttpClient client = http.NewClient(service.Address);
        var upload = new UploadInTwoParts();
        Task<HttpResponseMessage> uploading = client.PostAsync("/echo", upload, TestContext.Current.CancellationToken);
        await upload.FirstPartSent.InTime();

        int predecessor = await service.RestartAsync();
        await AssertServedBySuccessorAsync(service, http);
        upload.SendSecondPart();

        using HttpResponseMessage answer = await uploading.InTime();
        Assert.Equal(predecessor, PidOf(answer));
        Assert.Equal(UploadInTwoParts.Whole, await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken).InTime());
        await AssertEndsAsync(service, predecessor, client);
    }

    [Theory] // D1
    [MemberData(nameof(Variants))]
    public async Task Download_that_began_before_ends_after_the_handover(string variant)
    {
        const int Bytes = 50_000_000;
        using var http = new HttpVariant(variant);
        await using ServiceProcess service = await ServiceProcess.StartAsync(http.Setup);
        using HttpClient client = http.NewClient(service.Address);
        CancellationToken cancel = TestContext.Current.CancellationToken;
        using HttpResponseMessage answer =
            await client.GetAsync($"/big?bytes={Bytes}", HttpCompletionOption.ResponseHeadersRead, cancel).InTime();
        Stream body = await answer.Content.ReadAsStreamAsync(cancel);
        await body.ReadExactlyAsync(new byte[1_000_000], cancel).AsTask().InTime();

        int predecessor = await service.RestartAsync();
        await AssertServedBySuccessorAsync(service, http);
        Assert.Contains(predecessor, service.Living);

        var rest = new MemoryStream(Bytes);
        await body.CopyToAsync(rest, cancel).InTime();
        Assert.Equal(Bytes - 1_000_000, rest.Length);
        Assert.Equal(predecessor, PidOf(answer));
        await AssertEndsAsync(service, predecessor, client);
    }

    [Theory] // D3
    [MemberData(nameof(Variants))]
    public async Task No_post_is_lost_over_several_restarts(string variant)
    {
        using var http = new HttpVariant(variant);
        await using ServiceProcess service = await ServiceProcess.StartAsync(http.Setup);
        using HttpClient client = http.NewClient(service.Address);
        await using BackgroundLoad load = BackgroundLoad.Start(16, () => new PostClient(client));

        for (int i = 0; i < 4; i++)
        {
            await load.MoreAsync(200);
            await service.RestartAsync();
        }

        await load.EndWithoutFailureAsync();
    }

    /// <summary>An answer that began before the handover could not say that its connection ends: the client closes it.</summary>
    private static async Task AssertEndsAsync(ServiceProcess service, int predecessor, HttpClient client)
    {
        client.Dispose();
        Assert.Equal(0, await service.EndAsync(predecessor));
    }

    private static int PidOf(HttpResponseMessage answer) =>
        int.Parse(answer.Headers.GetValues("X-Pid").Single(), CultureInfo.InvariantCulture);

    private static async Task AssertServedBySuccessorAsync(ServiceProcess service, HttpVariant http)
    {
        using HttpClient another = http.NewClient(service.Address);
        using HttpResponseMessage answer = await another.GetAsync("/", TestContext.Current.CancellationToken).InTime();
        Assert.Equal(service.Pid, PidOf(answer));
    }
}
