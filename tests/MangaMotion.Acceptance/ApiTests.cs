using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using MangaMotion.TestSupport;

namespace MangaMotion.Acceptance;

/// <summary>Keys, owners, invalid requests, and the description of the API.</summary>
public sealed class ApiTests(TestStack stack) : IAsyncLifetime
{
    private Installation _installation = null!;

    public async ValueTask InitializeAsync()
    {
        _installation = await Installation.CreateAsync(stack);
        await _installation.StartIngestAsync(
            ("Ingest__MaxFiles", "3"), ("Ingest__MaxFileBytes", "100000"), ("Ingest__MaxRequestBytes", "1000000"));
    }

    public ValueTask DisposeAsync() => _installation.DisposeAsync();

    [Theory]
    [InlineData(null, 401, "missing_api_key")]
    [InlineData("wrong", 401, "invalid_api_key")]
    public async Task A_request_without_a_valid_key_is_rejected(string? key, int status, string code)
    {
        foreach (var path in (string[])[$"ingest/{Guid.NewGuid()}/status", $"jobs/{Guid.NewGuid()}", $"assets/{Guid.NewGuid()}/original"])
        {
            var answer = await GetAsync(path, key);
            answer.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer");
            await ShouldBeProblemAsync(answer, status, code);
        }
    }

    [Fact]
    public async Task A_key_gives_access_only_to_its_scopes_and_its_owner()
    {
        await AddKeyAsync("reader", "read");
        await AddKeyAsync("other", "submit", "read", "operate");
        var accepted = await _installation.Client.IngestAsync([Samples.Named("a.png", [1, 2, 3])]);
        var job = (await _installation.Client.GetIngestStatusAsync(accepted.JobId)).Assets[0].JobId;

        await ShouldBeProblemAsync(await PostAsync(Form(("files", "a.png", [1])), "reader"), 403, "missing_scope");
        await ShouldBeProblemAsync(await GetAsync($"ingest/{accepted.JobId}/status", "other"), 404, "unknown_ingest");
        await ShouldBeProblemAsync(await GetAsync($"jobs/{job}", "other"), 404, "unknown_job");
        await ShouldBeProblemAsync(await GetAsync($"assets/{accepted.Assets[0].AssetId}/original", "other"), 404, "unknown_asset");
        await ShouldBeProblemAsync(await SendAsync(HttpMethod.Post, $"jobs/{job}/cancel", "other"), 404, "unknown_job");
        await ShouldBeProblemAsync(await SendAsync(HttpMethod.Post, $"jobs/{job}/retry", "other"), 404, "unknown_job");
        (await GetAsync($"jobs/{job}", Installation.Key)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("collection", "Not A Slug", "invalid_field")]
    [InlineData("priority", "urgent", "invalid_field")]
    [InlineData("not_before", "tomorrow", "invalid_field")]
    [InlineData("params", "{", "invalid_field")]
    [InlineData("params", "[]", "invalid_params")]
    [InlineData("params", """{"size": 3}""", "invalid_params")]
    [InlineData("params", """{"quality": 101}""", "invalid_params")]
    [InlineData("params", """{"format": "bmp"}""", "invalid_params")]
    [InlineData("colection", "typo", "unknown_field")]
    public async Task An_invalid_field_is_rejected_by_name_and_no_file_is_kept(string field, string value, string code)
    {
        using var form = Form(("files", "a.png", [1, 2, 3]));
        form.Add(new StringContent(value), field);

        var problem = await ShouldBeProblemAsync(await PostAsync(form), 400, code);

        problem.GetProperty("detail").GetString()!.ShouldContain(field);
        NothingIsKept();
    }

    [Fact]
    public async Task Limits_are_named()
    {
        var tooMany = await ShouldBeProblemAsync(
            await PostAsync(Form([.. Enumerable.Range(0, 4).Select(i => ("files", $"{i}.png", new byte[] { 1 }))])), 413, "too_many_files");
        tooMany.GetProperty("detail").GetString()!.ShouldContain("Ingest__MaxFiles");
        var tooLarge = await ShouldBeProblemAsync(await PostAsync(Form(("files", "big.png", new byte[100_001]))), 413, "file_too_large");
        tooLarge.GetProperty("detail").GetString()!.ShouldContain("Ingest__MaxFileBytes");
        await ShouldBeProblemAsync(await PostAsync(Form(("files", "huge.png", new byte[1_000_001]))), 413, "request_too_large");
        NothingIsKept();
    }

    [Fact]
    public async Task A_request_that_is_not_multipart_is_rejected()
    {
        await ShouldBeProblemAsync(await PostAsync(new StringContent("{}", Encoding.UTF8, "text/plain")), 415, "unsupported_media_type");
        await ShouldBeProblemAsync(await PostAsync(new StringContent("{}", Encoding.UTF8, "application/json")), 400, "no_files");
        await ShouldBeProblemAsync(
            await PostAsync(new MultipartFormDataContent { { new StringContent("voyage"), "collection" } }), 400, "no_files");
        await ShouldBeProblemAsync(await PostAsync(Form(("picture", "a.png", [1]))), 400, "unknown_field");
        var broken = new ByteArrayContent(
            Encoding.ASCII.GetBytes("--x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a\"\r\n\r\nno end"));
        broken.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x");
        await ShouldBeProblemAsync(await PostAsync(broken), 400, "malformed_multipart");
        NothingIsKept();
    }

    [Theory]
    [InlineData("../../up.png")]
    [InlineData("-y")]
    [InlineData("%03d.png")]
    [InlineData("concat:a|b")]
    [InlineData("\u202Egnp.exe")]
    public async Task A_name_is_shown_and_never_used_as_a_path(string name)
    {
        var accepted = await _installation.Client.IngestAsync([Samples.Named(name, [1, 2, 3])]);

        accepted.Assets[0].Name.ShouldBe(name);
        Directory.EnumerateFiles(_installation.Store, "*", SearchOption.AllDirectories).ShouldAllBe(
            file => file.Contains(accepted.JobId.ToString("N"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Assets_come_in_pages()
    {
        var accepted = await _installation.Client.IngestAsync(Enumerable.Range(0, 3).Select(i => Samples.Named($"{i}.png", [1])));

        var first = await ReadAsync(await GetAsync($"ingest/{accepted.JobId}/status?pageSize=2", Installation.Key));
        first.GetProperty("assets").GetArrayLength().ShouldBe(2);
        var second = await ReadAsync(await GetAsync(
            $"ingest/{accepted.JobId}/status?pageSize=2&pageToken={first.GetProperty("nextPageToken").GetString()}", Installation.Key));
        second.GetProperty("assets")[0].GetProperty("name").GetString().ShouldBe("2.png");
        second.GetProperty("nextPageToken").ValueKind.ShouldBe(JsonValueKind.Null);
        await ShouldBeProblemAsync(
            await GetAsync($"ingest/{accepted.JobId}/status?pageToken=forged", Installation.Key), 400, "invalid_page_token");
        await ShouldBeProblemAsync(
            await GetAsync($"ingest/{accepted.JobId}/status?pageSize=0", Installation.Key), 400, "invalid_page_size");
    }

    [Fact]
    public async Task The_api_describes_itself()
    {
        var document = await _installation.Http.GetFromJsonAsync<JsonElement>("/openapi/v1.json");
        foreach (var path in (string[])["/api/v1/ingest", "/api/v1/ingest/{id}/status", "/api/v1/jobs/{id}",
            "/api/v1/assets/{id}/{variant}"])
            document.GetProperty("paths").TryGetProperty(path, out _).ShouldBeTrue(path);
        (await _installation.Http.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _installation.Http.GetStringAsync("/metrics")).ShouldContain("http_server_request_duration");
    }

    [Fact]
    public async Task The_reference_loads_everything_from_this_service()
    {
        using var page = await _installation.Http.GetAsync("/docs");
        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        page.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        var html = await page.Content.ReadAsStringAsync();
        html.ShouldContain("\"url\":\"openapi/v1.json\"");
        html.ShouldNotContain("://");
        html.ShouldContain("\"withDefaultFonts\":false");

        var scripts = Regex.Matches(html, "<script[^>]* src=\"(?<source>[^\"]+)\"", RegexOptions.None, TimeSpan.FromSeconds(1));
        scripts.Count.ShouldBeGreaterThan(0);
        foreach (var source in scripts.Select(script => script.Groups["source"].Value))
        {
            var address = new Uri(page.RequestMessage!.RequestUri!, source);
            address.Authority.ShouldBe(page.RequestMessage.RequestUri!.Authority);
            using var file = await _installation.Http.GetAsync(address);
            file.StatusCode.ShouldBe(HttpStatusCode.OK, source);
            file.Content.Headers.ContentType!.MediaType.ShouldBe("text/javascript");
        }
    }

    [Fact]
    public async Task The_reference_may_run_only_its_own_scripts_and_call_only_this_service()
    {
        using var page = await _installation.Http.GetAsync("/docs");
        var html = await page.Content.ReadAsStringAsync();
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();

        policy.ShouldContain("default-src 'none'");
        policy.ShouldContain("connect-src 'self'");
        var nonce =
            Regex.Match(policy, "script-src 'nonce-(?<nonce>[^']{22,})';", RegexOptions.None,
                TimeSpan.FromSeconds(1)).Groups["nonce"].Value;
        nonce.ShouldNotBeEmpty();
        Regex.Count(html, "<script").ShouldBe(Regex.Count(html, $"<script[^>]* nonce=\"{Regex.Escape(nonce)}\""));
        (await _installation.Http.GetStringAsync("/docs")).ShouldNotContain(nonce, Case.Sensitive, "each response has a nonce of its own");
    }

    private static MultipartFormDataContent Form(params (string Field, string Name, byte[] Content)[] files)
    {
        var form = new MultipartFormDataContent();
        foreach (var (field, name, content) in files)
            form.Add(new ByteArrayContent(content), field, name);
        return form;
    }

    private Task<HttpResponseMessage> GetAsync(string path, string? key) => SendAsync(HttpMethod.Get, path, key);

    private Task<HttpResponseMessage> PostAsync(HttpContent content, string key = Installation.Key) =>
        SendAsync(HttpMethod.Post, "ingest", key, content);

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? key, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, $"/api/v1/{path}") { Content = content };
        if (key is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return await _installation.Http.SendAsync(request);
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response)
    {
        using (response)
            return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static async Task<JsonElement> ShouldBeProblemAsync(HttpResponseMessage response, int status, string code)
    {
        using (response)
        {
            var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
            ((int)response.StatusCode).ShouldBe(status, problem.ToString());
            response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
            problem.GetProperty("code").GetString().ShouldBe(code);
            return problem;
        }
    }

    private void NothingIsKept()
    {
        _installation.ScalarAsync<long>("select count(*) from ingests").Result.ShouldBe(0);
        Directory.Exists(Path.Combine(_installation.Store, "originals")).ShouldBeFalse();
    }

    private async Task AddKeyAsync(string key, params string[] scopes)
    {
        await using var command = _installation.Database.CreateCommand(
            "insert into api_keys (id, owner_id, name, key_sha256, scopes) "
                + "values (gen_random_uuid(), gen_random_uuid(), $1, sha256($1::text::bytea), $2)");
        command.Parameters.Add(new() { Value = key });
        command.Parameters.Add(new() { Value = scopes });
        await command.ExecuteNonQueryAsync();
    }
}
