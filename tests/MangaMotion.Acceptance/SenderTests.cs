using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using MangaMotion.Client;
using MangaMotion.TestSupport;

namespace MangaMotion.Acceptance;

/// <summary>Slow and invalid senders on plain sockets, and owners over their quotas.</summary>
public sealed class SenderTests(TestStack stack) : IAsyncLifetime
{
    private Installation _installation = null!;

    public async ValueTask InitializeAsync() => _installation = await Installation.CreateAsync(stack);

    public ValueTask DisposeAsync() => _installation.DisposeAsync();

    [Fact]
    public async Task Two_hundred_slow_senders_use_little_memory_block_no_others_and_time_out()
    {
        await _installation.StartIngestAsync(("Ingest__SlowStart", "00:00:05"));
        var senders = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => SendAsync(
            "Content-Length: 100000000\r\nContent-Type: multipart/form-data; boundary=x\r\n",
            "--x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a\"\r\n\r\nslow")));

        (await _installation.Client.IngestAsync([Samples.Named("a.png", [1, 2, 3])])).Assets.Count.ShouldBe(1);
        _installation.Ingest.PeakMemory.ShouldBeLessThan(600L << 20);
        foreach (var sender in senders)
        {
            using (sender)
                (await ReadAsync(sender)).ShouldStartWith("HTTP/1.1 408");
        }

        (await _installation.ScalarAsync<long>("select count(*) from ingests")).ShouldBe(1);
        await Eventually.Until(() => Directory.EnumerateFiles(_installation.Store, "*", SearchOption.AllDirectories).Count() == 1);
    }

    [Theory]
    [InlineData("Content-Length: 10737418240\r\nContent-Type: multipart/form-data; boundary=x\r\n", "", "413")]
    [InlineData("Content-Length: -5\r\n", "", "400")]
    [InlineData("Content-Length: 5\r\nContent-Length: 6\r\n", "hello", "400")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Type: multipart/form-data; boundary=x\r\n", "FFFFFFFFFFFFFFFFF\r\n", "400")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Type: multipart/form-data; boundary=x\r\n", "zz\r\nbad\r\n0\r\n\r\n", "400")]
    [InlineData("Content-Type: multipart/form-data\r\nContent-Length: 3\r\n", "abc", "415")]
    [InlineData(
        "Idempotency-Key: one\r\nIdempotency-Key: two\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 80\r\n",
        "--x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a\"\r\n\r\nslow\r\n--x--\r\n", "400")]
    [InlineData("Bad Header: 1\r\nContent-Length: 0\r\n", "", "400")]
    [InlineData("X-Big: {big}\r\nContent-Length: 0\r\n", "", "431")]
    public async Task A_request_with_an_invalid_head_is_rejected_at_once(string headers, string body, string status)
    {
        await _installation.StartIngestAsync();

        using var sender = await SendAsync(headers.Replace("{big}", new string('x', 100_000), StringComparison.Ordinal), body);

        (await ReadAsync(sender)).ShouldStartWith($"HTTP/1.1 {status}");
        (await _installation.ScalarAsync<long>("select count(*) from ingests")).ShouldBe(0);
    }

    [Fact]
    public async Task Quotas_are_answered_with_429_a_code_and_a_time()
    {
        await _installation.StartIngestAsync(("Quotas__OutstandingJobs", "2"), ("Quotas__BytesPerDay", "1000"));
        await _installation.Client.IngestAsync([Samples.Named("a", new byte[100])]);
        await ShouldBeRejectedAsync(new byte[2_000], "daily_bytes_used_up");
        await _installation.Client.CreateVideoAsync([Samples.Named("b", new byte[100])]);
        await ShouldBeRejectedAsync(new byte[1], "too_many_outstanding_jobs");
        (await Should.ThrowAsync<MangaMotionException>(() => _installation.Client.CreateVideoAsync([Samples.Named("c", [1])]))).Problem.Code
            .ShouldBe("too_many_outstanding_jobs");
        (await _installation.ScalarAsync<long>("select bytes from owner_usage")).ShouldBe(200);

        await _installation.StartIngestAsync(("Quotas__RequestsPerSecond", "1"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => AskAsync()));
        answers.ShouldContain(HttpStatusCode.TooManyRequests);
        answers.ShouldContain(HttpStatusCode.NotFound);
    }

    private async Task<HttpStatusCode> AskAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/jobs/{Guid.NewGuid()}");
        request.Headers.Add("X-Api-Key", Installation.Key);
        using var answer = await _installation.Http.SendAsync(request);
        return answer.StatusCode;
    }

    private async Task ShouldBeRejectedAsync(byte[] content, string code)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(content), "files", "a" } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/ingest") { Content = form };
        request.Headers.Add("X-Api-Key", Installation.Key);
        using var answer = await _installation.Http.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        answer.Headers.RetryAfter.ShouldNotBeNull();
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().ShouldBe(code);
    }

    private async Task<Socket> SendAsync(string headers, string body)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, _installation.Ingest.Address.Port);
        var text = $"POST /api/v1/ingest HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: {Installation.Key}\r\n{headers}\r\n{body}";
        try
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(text));
        }
        catch (SocketException)
        {
            // The request was rejected before all of it was sent. The answer has the reason.
        }

        return socket;
    }

    private static async Task<string> ReadAsync(Socket socket)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var buffer = new byte[4_096];
        var read = await socket.ReceiveAsync(buffer, deadline.Token);
        return Encoding.ASCII.GetString(buffer, 0, read);
    }
}
