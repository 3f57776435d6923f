using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using MangaMotion.Api;
using MangaMotion.Client;
using MangaMotion.TestSupport;

namespace MangaMotion.Acceptance;

/// <summary>Resumable uploads by the protocol of tus 1.0, on both stores. Real clients are in MangaMotion.Clients.</summary>
public sealed class ResumableUploadTests(TestStack stack) : IAsyncDisposable
{
    private const string Path = "/api/v1/uploads/tus";

    private Installation _installation = null!;
    private TestBucket? _bucket;

    public async ValueTask DisposeAsync()
    {
        await _installation.DisposeAsync();
        if (_bucket is not null)
            await _bucket.DisposeAsync();
    }

    [Theory]
    [InlineData("disk")]
    [InlineData("s3")]
    public async Task Pages_sent_in_pieces_become_an_ingest_and_a_video(string kind)
    {
        await StartAsync(kind);
        var options = await SendAsync(HttpMethod.Options, Path, null, version: null);
        (options.Status, options.Header("Tus-Version"), options.Header("Tus-Extension"), options.Header("Tus-Checksum-Algorithm"),
            options.Header("Tus-Max-Size"))
            .ShouldBe((204, "1.0.0", "creation,expiration,checksum,termination", "sha1,sha256", "1000000"));

        var sha256 = Convert.ToHexStringLower(SHA256.HashData(Samples.Png));
        var url = await CreateAsync(Samples.Png.Length, $"filename {Base64("a.png")},sha256 {Base64(sha256)},filetype");
        var half = Samples.Png.Length / 2;
        var first = await AppendAsync(
            url, 0, Samples.Png[..half], $"sha256 {Convert.ToBase64String(SHA256.HashData(Samples.Png.AsSpan(0, half)))}");
        (first.Status, first.Header("Upload-Offset")).ShouldBe((204, $"{half}"));
        first.Header("Upload-Expires").ShouldNotBeNull();
        await RejectedAsync(_installation.Client.IngestAsync(new IngestOfUploads { Uploads = [new(IdOf(url))] }), 409, "upload_incomplete");

        var head = await SendAsync(HttpMethod.Head, url, null);
        (head.Status, head.Header("Upload-Offset"), head.Header("Upload-Length"), head.Header("Cache-Control"))
            .ShouldBe((200, $"{half}", $"{Samples.Png.Length}", "no-store"));
        head.Header("Upload-Metadata").ShouldBe($"filename {Base64("a.png")},sha256 {Base64(sha256)},filetype");
        (await AppendAsync(url, half, Samples.Png[half..])).Header("Upload-Offset").ShouldBe($"{Samples.Png.Length}");

        var accepted = await _installation.Client.IngestAsync(new IngestOfUploads { Uploads = [new(IdOf(url))] });
        var asset = accepted.Assets.ShouldHaveSingleItem();
        (asset.Name, asset.Type, asset.Size).ShouldBe(("a.png", "image/png", Samples.Png.Length));
        (await _installation.Client.GetAssetAsync(asset.AssetId, "original")).ShouldBe(Samples.Png);
        (await SendAsync(HttpMethod.Head, url, null)).Status.ShouldBe(404);
        await RejectedAsync(_installation.Client.IngestAsync(new IngestOfUploads { Uploads = [new(IdOf(url))] }), 409, "upload_consumed");

        var page = await CreateAsync(Samples.Page.Length, $"filename {Base64("page.png")}");
        await AppendAsync(page, 0, Samples.Page);
        var video = await _installation.Client.CreateVideoAsync(new VideoOfIngest { Uploads = [new(IdOf(page))], Title = "By tus" });
        video.Assets.ShouldHaveSingleItem().Name.ShouldBe("page.png");
        await RejectedAsync(
            _installation.Client.CreateVideoAsync(new VideoOfIngest { Uploads = [new(IdOf(page))] }), 409, "upload_consumed");
        await RejectedAsync(_installation.Client.CreateVideoAsync(new VideoOfIngest()), 400, "no_files");
    }

    [Theory]
    [InlineData("disk")]
    [InlineData("s3")]
    public async Task Requests_against_the_protocol_change_nothing(string kind)
    {
        await StartAsync(kind);
        (await SendAsync(HttpMethod.Post, Path, null, headers: [("Upload-Length", "1000001")])).Status.ShouldBe(413);
        (await SendAsync(HttpMethod.Post, Path, null, headers: [("Upload-Length", "-1")])).Status.ShouldBe(400);
        (await SendAsync(HttpMethod.Post, Path, null)).Status.ShouldBe(400);
        (await SendAsync(HttpMethod.Post, Path, null, headers: [("Upload-Length", "1"), ("Upload-Metadata", "filename not*base64")])).Status
            .ShouldBe(400);
        (await SendAsync(HttpMethod.Post, Path, null, headers: [("Upload-Length", "1"), ("Upload-Metadata", "a YQ==,a YQ==")])).Status
            .ShouldBe(400);
        var old = await SendAsync(HttpMethod.Post, Path, null, version: "0.2.2", headers: [("Upload-Length", "1")]);
        (old.Status, old.Header("Tus-Version")).ShouldBe((412, "1.0.0"));

        var url = await CreateAsync(10, "");
        (await AppendAsync(url, 5, new byte[5])).Status.ShouldBe(409);
        (await AppendAsync(url, 0, new byte[11])).Status.ShouldBe(413);
        (await AppendAsync(url, 0, new byte[5], "sha1 " + Convert.ToBase64String(new byte[20]))).Status.ShouldBe(460);
        (await AppendAsync(url, 0, new byte[5], "md5 " + Convert.ToBase64String(new byte[16]))).Status.ShouldBe(400);
        (await AppendAsync(url, 0, new byte[5], "sha1 " + Convert.ToBase64String(new byte[19]))).Status.ShouldBe(400);
        (await AppendAsync(url, 0, new byte[5], type: "application/octet-stream")).Status.ShouldBe(415);
        (await AppendAsync(url, 0, new byte[5], key: null)).Status.ShouldBe(401);

        var other = Guid.NewGuid();
        await _installation.AddKeyAsync("another-owner", other, Scopes.Submit, Scopes.Read);
        (await AppendAsync(url, 0, new byte[5], key: "another-owner")).Status.ShouldBe(404);
        (await SendAsync(HttpMethod.Head, url, null, "another-owner")).Status.ShouldBe(404);
        (await SendAsync(HttpMethod.Delete, url, null, "another-owner")).Status.ShouldBe(404);
        (await SendAsync(HttpMethod.Head, url, null)).Header("Upload-Offset").ShouldBe("0");
        (await _installation.ScalarAsync<long>("select count(*) from upload_parts")).ShouldBe(0);

        // One of two requests that append at the same offset succeeds.
        var both = await Task.WhenAll(AppendAsync(url, 0, new byte[4]), AppendAsync(url, 0, new byte[4]));
        both.Select(answer => answer.Status).ShouldBe([204, 409], ignoreOrder: true);

        var overridden = await SendAsync(
            HttpMethod.Post, url, new byte[1], headers: [("Upload-Offset", "4"), ("X-HTTP-Method-Override", "PATCH")]);
        (overridden.Status, overridden.Header("Upload-Offset")).ShouldBe((204, "5"));

        (await SendAsync(HttpMethod.Delete, url, null)).Status.ShouldBe(204);
        (await SendAsync(HttpMethod.Head, url, null)).Status.ShouldBe(404);
        var expiring = await CreateAsync(10, "");
        await AppendAsync(expiring, 0, new byte[4]);
        await _installation.ExecuteAsync("update uploads set expires_at = now()");
        (await SendAsync(HttpMethod.Head, expiring, null)).Status.ShouldBe(404);
        await Eventually.Until(
            async () =>
                await _installation.ScalarAsync<long>("select (select count(*) from uploads) + (select count(*) from upload_parts)") == 0);
        await Eventually.Until(async () => _bucket is null
            ? !Directory.Exists(System.IO.Path.Combine(_installation.Store, "uploads"))
            : !await _bucket.Store.ListAsync("uploads/", CancellationToken.None).AnyAsync());
    }

    [Fact]
    public async Task A_sender_that_stalls_keeps_the_bytes_it_has_sent()
    {
        await StartAsync("disk", ("Ingest__SlowStart", "00:00:02"));
        var url = await CreateAsync(10, "");

        (await StallAsync(url, declared: 6, sent: 3)).ShouldBe("HTTP/1.1 503 Service Unavailable");

        (await SendAsync(HttpMethod.Head, url, null)).Header("Upload-Offset").ShouldBe("3");
        (await AppendAsync(url, 3, new byte[7])).Header("Upload-Offset").ShouldBe("10");
    }

    private async Task StartAsync(string kind, params (string Name, string Value)[] settings)
    {
        _installation = await Installation.CreateAsync(stack);
        _bucket = kind == "s3" ? await stack.CreateBucketAsync() : null;
        await _installation.StartIngestAsync(
        [
            ("Ingest__MaxFileBytes", "1000000"), ("Sweep__UploadInterval", "00:00:01"), .. settings,
            .. (_bucket?.Settings ?? new Dictionary<string, string?>()).Select(setting => (setting.Key.Replace(":", "__"), setting.Value!)),
        ]);
    }

    private async Task<string> CreateAsync(int size, string metadata)
    {
        var created = await SendAsync(HttpMethod.Post, Path, null, headers: [("Upload-Length", $"{size}"), ("Upload-Metadata", metadata)]);
        created.Status.ShouldBe(201);
        return created.Header("Location").ShouldNotBeNull();
    }

    private Task<Answer> AppendAsync(
        string url, int offset, byte[] bytes, string? checksum = null, string type = "application/offset+octet-stream",
        string? key = Installation.Key) =>
        SendAsync(HttpMethod.Patch, url, bytes, key, "1.0.0", type, [("Upload-Offset", $"{offset}"), ("Upload-Checksum", checksum ?? "")]);

    private async Task<Answer> SendAsync(
        HttpMethod method, string url, byte[]? body, string? key = Installation.Key, string? version = "1.0.0",
        string type = "application/offset+octet-stream", (string Name, string Value)[]? headers = null)
    {
        using var request = new HttpRequestMessage(method, url);
        if (body is not null)
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } };
        if (key is not null)
            request.Headers.Add("X-Api-Key", key);
        if (version is not null)
            request.Headers.Add("Tus-Resumable", version);
        foreach (var (name, value) in (headers ?? []).Where(header => header.Value.Length > 0))
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await _installation.Http.SendAsync(request);
        return new((int)response.StatusCode, response.Headers.Concat(response.Content.Headers)
            .ToDictionary(pair => pair.Key, pair => string.Join(", ", pair.Value), StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>Sends fewer bytes than declared, and waits.</summary>
    /// <returns>Status line of the answer.</returns>
    private async Task<string?> StallAsync(string url, int declared, int sent)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _installation.Http.BaseAddress!.Port);
        var head =
            $"PATCH {url} HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: {Installation.Key}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
            + $"Content-Type: application/offset+octet-stream\r\nContent-Length: {declared}\r\n\r\n";
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head));
        await client.GetStream().WriteAsync(new byte[sent]);
        using var answer = new StreamReader(client.GetStream(), Encoding.ASCII);
        return await answer.ReadLineAsync();
    }

    private static Guid IdOf(string url) => Guid.Parse(url.Split('/')[^1]);

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static async Task RejectedAsync<T>(Task<T> call, int status, string code)
    {
        var problem = (await Should.ThrowAsync<MangaMotionException>(call)).Problem;
        (problem.Status, problem.Code).ShouldBe((status, code), problem.Detail);
    }

    private sealed record Answer(int Status, Dictionary<string, string> Headers)
    {
        public string? Header(string name) => Headers.GetValueOrDefault(name);
    }
}
