using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using MangaMotion.Client;
using MangaMotion.TestSupport;

namespace MangaMotion.Acceptance;

/// <summary>HTTP as tools expect it: HEAD, entity tags, compression, CORS, names of parameters and files.</summary>
public sealed class HttpTests(TestStack stack) : IAsyncLifetime
{
    private const string Origin = "https://comics.example";
    private Installation _installation = null!;

    public async ValueTask InitializeAsync()
    {
        _installation = await Installation.CreateAsync(stack);
        await _installation.StartIngestAsync(("Cors__Origins", $"https://other.example, {Origin}"));
    }

    public ValueTask DisposeAsync() => _installation.DisposeAsync();

    [Fact]
    public async Task Head_answers_as_get_without_a_body()
    {
        var accepted = await _installation.Client.IngestAsync([Samples.Named("a.png", Samples.Png)]);
        var job = (await _installation.Client.GetIngestStatusAsync(accepted.JobId)).Assets[0].JobId;
        string[] paths =
        [
            $"/api/v1/assets/{accepted.Assets[0].AssetId}/original", $"/api/v1/jobs/{job}", "/api/v1/jobs", "/openapi/v1.json",
            "/health/live", "/",
            "/schemas/video-script.v1.json", "/presets/short.json",
        ];
        foreach (var path in paths)
        {
            using var get = await SendAsync(HttpMethod.Get, path);
            using var head = await SendAsync(HttpMethod.Head, path);

            head.StatusCode.ShouldBe(HttpStatusCode.OK, path);
            (await head.Content.ReadAsByteArrayAsync()).ShouldBeEmpty(path);
            head.Content.Headers.ContentType.ShouldBe(get.Content.Headers.ContentType, path);
            head.Headers.ETag.ShouldBe(get.Headers.ETag, path);
            head.Content.Headers.ContentLength.ShouldBe((await get.Content.ReadAsByteArrayAsync()).Length, path);
        }

        using var metrics = await SendAsync(HttpMethod.Head, "/metrics");
        metrics.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var events = await SendAsync(HttpMethod.Head, $"/api/v1/jobs/{job}/events");
        events.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        using var missing = await SendAsync(HttpMethod.Head, $"/api/v1/jobs/{Guid.NewGuid()}");
        missing.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Json_that_has_not_changed_is_answered_304()
    {
        var accepted = await _installation.Client.IngestAsync([Samples.Named("a.png", Samples.Png)]);
        var job = (await _installation.Client.GetIngestStatusAsync(accepted.JobId)).Assets[0].JobId;
        using var first = await SendAsync(HttpMethod.Get, $"/api/v1/jobs/{job}");
        var tag = first.Headers.ETag.ShouldNotBeNull();

        using var same = await SendAsync(HttpMethod.Get, $"/api/v1/jobs/{job}", ("If-None-Match", tag.ToString()));
        await _installation.Client.CancelJobAsync(job);
        using var changed = await SendAsync(HttpMethod.Get, $"/api/v1/jobs/{job}", ("If-None-Match", tag.ToString()));

        same.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        same.Headers.ETag.ShouldBe(tag);
        changed.StatusCode.ShouldBe(HttpStatusCode.OK);
        changed.Headers.ETag.ShouldNotBe(tag);
    }

    [Fact]
    public async Task Text_is_compressed_and_media_are_not()
    {
        var accepted = await _installation.Client.IngestAsync([Samples.Named("a.png", Samples.Png)]);
        using var plain = await SendAsync(HttpMethod.Get, "/openapi/v1.json");
        using var small = await SendAsync(HttpMethod.Get, "/openapi/v1.json", ("Accept-Encoding", "br, gzip"));
        using var media = await SendAsync(
            HttpMethod.Get, $"/api/v1/assets/{accepted.Assets[0].AssetId}/original", ("Accept-Encoding", "br, gzip"));

        small.Content.Headers.ContentEncoding.ShouldBe(["br"]);
        (await small.Content.ReadAsByteArrayAsync()).Length.ShouldBeLessThan((await plain.Content.ReadAsByteArrayAsync()).Length / 4);
        media.Content.Headers.ContentEncoding.ShouldBeEmpty();
        (await media.Content.ReadAsByteArrayAsync()).ShouldBe(Samples.Png);
    }

    [Fact]
    public async Task Only_origins_of_the_setting_are_allowed()
    {
        using var preflight = await SendAsync(
            HttpMethod.Options, "/api/v1/jobs", ("Origin", Origin), ("Access-Control-Request-Method", "GET"),
            ("Access-Control-Request-Headers", "x-api-key"));
        using var allowed = await SendAsync(HttpMethod.Get, "/api/v1/jobs", ("Origin", Origin));
        using var foreign = await SendAsync(HttpMethod.Get, "/api/v1/jobs", ("Origin", "https://foreign.example"));

        preflight.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        preflight.Headers.GetValues("Access-Control-Allow-Headers").Single().ShouldContain("x-api-key");
        allowed.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe([Origin]);
        foreign.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
    }

    [Theory]
    [InlineData("jobs?colection=a", "unknown_parameter", "Did you mean 'collection'?")]
    [InlineData("failed-jobs?grup_by=fingerprint", "unknown_parameter", "Did you mean 'group_by'?")]
    [InlineData("videos?state=done", "invalid_state", "awaiting_approval")]
    [InlineData("me?zzz=1", "unknown_parameter", "it has none")]
    [InlineData("jobs?type=thumb", "invalid_type", "type must be one of thumbnail, records, video.")]
    [InlineData("failed-jobs?type=thumb", "invalid_type", "thumbnail, records, video")]
    [InlineData("failed-jobs?status=broken", "invalid_status", "open, replaying, resolved, failed_again")]
    [InlineData("failed-jobs?group_by=type", "invalid_group_by", "fingerprint")]
    [InlineData("ingests?state=done", "invalid_state", "accepted, processing, finished")]
    [InlineData("webhooks/deliveries?status=gone", "invalid_status", "status must be one of ")]
    [InlineData("stats/series?step=day", "invalid_step", "minute, hour")]
    [InlineData("jobs?pageSize=all", "invalid_parameter", "The parameter 'pageSize' must be a whole number, not 'all'.")]
    [InlineData("failed-jobs?since=noon", "invalid_parameter", "'since' must be a time such as 2027-01-31T18:00:00Z, not 'noon'.")]
    public async Task A_misspelled_parameter_is_rejected_with_the_nearest_name(string path, string code, string part)
    {
        using var answer = await SendAsync(HttpMethod.Get, $"/api/v1/{path}");

        var problem = await ReadProblemAsync(answer, 400);
        problem.GetProperty("code").GetString().ShouldBe(code);
        problem.GetProperty("detail").GetString()!.ShouldContain(part);
    }

    [Theory]
    [InlineData(
        "POST", "keys", """{"name":"a","scopes":["read"],"expires":null}""",
        "no member 'expires'; known are name, scopes, owner_id, expires_at.")]
    [InlineData("POST", "failed-jobs/retry", """{"typ":"video"}""", "there is no member 'typ'; known are owner, all, fingerprint, type, ")]
    [InlineData("POST", "failed-jobs/retry", """{"type":"thumb"}""", "type must be one of thumbnail, records, video.")]
    [InlineData(
        "PUT", "collections/a/variants", """{"variants":[{"name":"a","qality":3}]}""", "there is no member 'qality'; known are name, ")]
    [InlineData(
        "PUT", "collections/a/cast", """{"voices":[{"speaker":"a","vioce":"b"}]}""",
        "there is no member 'vioce'; known are speaker, voice.")]
    [InlineData("POST", "uploads", """{"size":5""", "it is not valid JSON at line 1, byte ")]
    [InlineData("POST", "ingest", """{"upload":[]}""", "There is no field 'upload'; known are uploads, payload, collection, ")]
    [InlineData("POST", "ingest", "{", "it is not valid JSON at line 1, byte 2")]
    public async Task A_misspelt_member_of_json_is_refused_with_the_known_names(string method, string path, string body, string part)
    {
        using var request = new HttpRequestMessage(new(method), $"/api/v1/{path}")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
            Headers = { { "X-Api-Key", Installation.Key } },
        };
        using var answer = await _installation.Http.SendAsync(request);

        (await ReadProblemAsync(answer, 400)).GetProperty("detail").GetString()!.ShouldContain(part);
    }

    [Fact]
    public async Task A_misspelled_form_field_is_rejected_with_the_nearest_name()
    {
        var refused = await Should.ThrowAsync<MangaMotionException>(() => _installation.Client.IngestAsync(
            [Samples.Named("a.png", Samples.Png)], new Dictionary<string, string> { ["colection"] = "a" }));

        refused.Problem.Detail!.ShouldContain("Did you mean 'collection'?");
    }

    [Fact]
    public async Task The_root_names_the_pages_and_every_404_is_a_problem()
    {
        using var root = await SendAsync(HttpMethod.Get, "/");
        var links = JsonDocument.Parse(await root.Content.ReadAsStringAsync()).RootElement.GetProperty("links");
        foreach (var link in links.EnumerateObject().Where(link => link.Name != "api"))
        {
            using var page = await SendAsync(HttpMethod.Get, link.Value.GetString()!);
            page.StatusCode.ShouldBe(HttpStatusCode.OK, link.Name);
        }

        foreach (var path in (string[])["/nothing", "/openapi/v2.json", "/schemas/other.json", "/api/v1/nothing", "/api/v1/jobs/7",
            $"/{new string('x', 3_000)}"])
        {
            using var answer = await SendAsync(HttpMethod.Get, path);
            (await ReadProblemAsync(answer, 404)).GetProperty("detail").GetString()!.Length.ShouldBeLessThan(300);
        }
    }

    [Theory]
    [InlineData("say %22hi%22.png", "say \"hi\".png")]
    [InlineData("two%0D%0Alines.png", "twolines.png")]
    [InlineData("100%25.png", "100%25.png")]
    public async Task Names_of_files_are_decoded_as_browsers_encode_them(string sent, string name)
    {
        using var answer = await SendRawAsync("\r\n", $"form-data; name=\"files\"; filename=\"{sent}\"");

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var asset = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("assets")[0];
        asset.GetProperty("name").GetString().ShouldBe(name);
        using var original = await SendAsync(HttpMethod.Get, $"/api/v1/assets/{asset.GetProperty("asset_id").GetString()}/original");
        original.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        (original.Content.Headers.ContentDisposition.FileNameStar ?? original.Content.Headers.ContentDisposition.FileName).ShouldBe(name);
    }

    [Fact]
    public async Task Bare_line_feeds_get_an_error_without_content_of_the_request()
    {
        using var answer = await SendRawAsync("\n", "form-data; name=\"files\"; filename=\"a.png\"", new string('S', 5_000));

        var detail = (await ReadProblemAsync(answer, 400)).GetProperty("detail").GetString()!;
        detail.ShouldContain("CRLF");
        detail.ShouldNotContain("SSS");
    }

    [Theory]
    [InlineData("http://127.0.0.1/hook")]
    [InlineData("http://[::1]:8080/hook")]
    [InlineData("http://169.254.169.254/latest")]
    [InlineData("http://0x7f000001/")]
    public async Task A_callback_to_a_private_address_is_rejected_at_once(string callback)
    {
        var refused = await Should.ThrowAsync<MangaMotionException>(() => _installation.Client.IngestAsync(
            [Samples.Named("a.png", Samples.Png)], new Dictionary<string, string> { ["callback_url"] = callback }));

        (refused.Problem.Status, refused.Problem.Code).ShouldBe((400, "invalid_field"));
        (await _installation.ScalarAsync<long>("select count(*) from ingests")).ShouldBe(0);
    }

    [Fact]
    public async Task Queues_of_the_stages_of_videos_are_listed_and_paused()
    {
        var names = (await _installation.Client.GetQueuesAsync()).Queues.Select(queue => queue.Name).ToArray();

        names.ShouldContain("script-gen");
        names.ShouldContain("compositing-high");
        (await _installation.Client.PauseQueueAsync("script-gen")).Paused.ShouldBeTrue();
    }

    private static async Task<JsonElement> ReadProblemAsync(HttpResponseMessage answer, int status)
    {
        ((int)answer.StatusCode).ShouldBe(status);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add("X-Api-Key", Installation.Key);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await _installation.Http.SendAsync(request);
    }

    private async Task<HttpResponseMessage> SendRawAsync(string lineEnd, string disposition, string content = "x")
    {
        string[] lines = ["--cut", $"Content-Disposition: {disposition}", "", content, "--cut--", ""];
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/ingest")
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(string.Join(lineEnd, lines))),
        };
        request.Headers.Add("X-Api-Key", Installation.Key);
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=cut");
        return await _installation.Http.SendAsync(request);
    }
}
