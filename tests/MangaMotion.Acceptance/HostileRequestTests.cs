using System.Buffers.Text;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using MangaMotion.Api;
using MangaMotion.TestSupport;

namespace MangaMotion.Acceptance;

/// <summary>Hostile texts in requests. They are accepted or get an error of the caller, never a server error.</summary>
public sealed class HostileRequestTests(TestStack stack) : IAsyncLifetime
{
    private static readonly string[] Texts =
        ["%00", "a%00b", "%ED%A0%80", "%EF%BF%BF", "%F0%9F%98%80", "'\"%5C;--", "%25", "%2F..%2F", "-1", "9999999999999999999",
            new('x', 4_000)];

    private static readonly (string Path, string Body)[] Bodies =
    [
        ("ingest", """{"collection":"\ud800"}"""),
        ("ingest", """{"\ud800":"x"}"""),
        ("ingest", """{"priority":"\u0000"}"""),
        ("ingest", """{"callback_url":"http://\ud800/"}"""),
        ("ingest", """{"not_before":"0001-01-01T00:00:00+14:00"}"""),
        ("ingest", """{"params":{"\ud800":1}}"""),
        ("ingest", """{"params":{"format":"\ud800"}}"""),
        ("ingest", """{"uploads":[{"upload_id":"\ud800"}]}"""),
        ("ingest", """{"payload":{"upload_id":"\ud800"}}"""),
        ("uploads", """{"name":"\ud800","size":1}"""),
        ("uploads", """{"name":"a","size":1,"content_type":"a/b\u0000"}"""),
        ("uploads", """{"name":"a","size":1e400}"""),
        ("uploads", "null"),
        ("uploads", "[]"),
        ("videos", """{"title":"\ud800","ingest_id":"ID"}"""),
        ("videos", """{"\ud800":"x","ingest_id":"ID"}"""),
        ("videos", """{"voice":"\u0000","ingest_id":"ID"}"""),
        ("videos", """{"ingest_id":"\ud800"}"""),
        ("failed-jobs/retry", """{"q":"\u0000"}"""),
        ("failed-jobs/retry", """{"fingerprint":"a\u0000b"}"""),
        ("failed-jobs/retry", """{"collection":"\ud800"}"""),
        ("failed-jobs/retry", """{"since":"0001-01-01T00:00:00Z"}"""),
        ("failed-jobs/retry", """{"ids":[null]}"""),
        ("failed-jobs/retry", "null"),
        ("keys", """{"name":"\ud800","scopes":["read"]}"""),
        ("keys", """{"name":"a\u0000","scopes":["read"]}"""),
        ("keys", """{"name":"a","scopes":[null]}"""),
    ];

    private static readonly (string Path, string Field, string Value)[] Fields =
    [
        ("ingest", "params", """{"\ud800":1}"""),
        ("ingest", "params", """{"format":"\udc00"}"""),
        ("ingest", "params", """{"background":"\udc00"}"""),
        ("ingest", "params", ""),
        ("ingest", "collection", "a\0"),
        ("ingest", "not_before", "0001-01-01T00:00:00+14:00"),
        ("ingest", "not_before", "9999-12-31T23:59:59.9999999-14:00"),
        ("ingest", "callback_url", "http://\0/"),
        ("videos", "title", "a\0b"),
        ("videos", "videos", "each\0"),
    ];

    private Installation _installation = null!;

    public async ValueTask InitializeAsync()
    {
        _installation = await Installation.CreateAsync(stack);
        await _installation.StartIngestAsync();
    }

    public ValueTask DisposeAsync() => _installation.DisposeAsync();

    [Fact]
    public async Task No_text_in_a_path_or_a_query_makes_a_server_error()
    {
        var accepted = await _installation.Client.IngestAsync(
            [Samples.Named("a.bin", [1])], new Dictionary<string, string> { ["collection"] = "voyage" });
        await _installation.ExecuteAsync(
            """
            insert into failed_jobs (id, job_id, job_type, attempts, max_attempts, last_error, error_stacktrace, input_data, error_class,
              error_code, fingerprint, error_queue)
            select gen_random_uuid(), id, 'thumbnail', 3, 3, '', '', '{}', 'Broken', 'broken', 'f', 'thumbnail_error' from jobs
            """);
        var document = await _installation.Http.GetFromJsonAsync<JsonElement>("/openapi/v1.json");
        var (asked, wrong) = (0, new List<string>());
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject().Where(operation => operation.Value.TryGetProperty("parameters", out _)))
            {
                var parameters = operation.Value.GetProperty("parameters").EnumerateArray()
                    .Where(parameter => parameter.TryGetProperty("in", out var place) && place.GetString() is "query" or "path").ToList();
                foreach (var parameter in parameters)
                {
                    var name = parameter.GetProperty("name").GetString()!;
                    foreach (var text in name == "pageToken" ? [.. Texts, .. Tokens] : Texts)
                    {
                        var address = parameter.GetProperty("in").GetString() == "path"
                            ? Filled(path.Name.Replace($"{{{name}}}", text, StringComparison.Ordinal), accepted.JobId)
                            : $"{Filled(path.Name, accepted.JobId)}?{name}={text}";
                        var status = await AskAsync(new HttpMethod(operation.Name), address, null);
                        asked++;
                        if (status >= 500)
                            wrong.Add($"{status} {operation.Name} {address[..Math.Min(address.Length, 200)]}");
                    }
                }
            }
        }

        wrong.ShouldBeEmpty();
        asked.ShouldBeGreaterThan(300);
    }

    [Fact]
    public async Task No_text_in_a_body_makes_a_server_error()
    {
        var accepted = await _installation.Client.IngestAsync([Samples.Named("a.bin", [1])]);
        var wrong = new List<string>();
        foreach (var (path, body) in Bodies)
        {
            var status = await AskAsync(
                HttpMethod.Post, $"/api/v1/{path}", Json(body.Replace("ID", accepted.JobId.ToString(), StringComparison.Ordinal)));
            if (status is < 200 or >= 500)
                wrong.Add($"{status} {path} {body}");
        }

        wrong.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_long_name_is_cut_between_its_characters()
    {
        var name = new string('a', 254) + "😀.png";
        var accepted = await _installation.Client.IngestAsync([Samples.Named(name, [1])]);
        accepted.Assets[0].Name.ShouldBe(new string('a', 254));
        (await _installation.Client.GetIngestStatusAsync(accepted.JobId)).Assets[0].Name.ShouldBe(new string('a', 254));

        var upload = await _installation.Client.UploadAsync(name, new MemoryStream([1]));
        (await _installation.Client.IngestAsync(new IngestOfUploads { Uploads = [new(upload, "b" + name)] })).Assets[0].Name.ShouldBe(
            "b" + new string('a', 254));
        var again = await _installation.Client.UploadAsync("c", new MemoryStream([1]));
        (await AskAsync(HttpMethod.Post, "/api/v1/ingest", Json($$"""{"uploads":[{"upload_id":"{{again}}","name":"\ud800"}]}"""))).ShouldBe(
            400);
    }

    [Fact]
    public async Task No_text_in_a_field_of_a_form_makes_a_server_error()
    {
        var wrong = new List<string>();
        foreach (var (path, field, value) in Fields)
        {
            using var form = new MultipartFormDataContent
            {
                { new ByteArrayContent(Samples.Png), "files", "a.png" },
                { new StringContent(value), field },
            };
            var status = await AskAsync(HttpMethod.Post, $"/api/v1/{path}", form);
            if (status != 400)
                wrong.Add($"{status} {path} {field}={value}");
        }

        wrong.ShouldBeEmpty();
        (await _installation.ScalarAsync<long>("select count(*) from ingests")).ShouldBe(0);
        Directory.Exists(Path.Combine(_installation.Store, "originals")).ShouldBeFalse();
    }

    /// <summary>Well-formed page tokens that the list did not issue.</summary>
    private static IEnumerable<string> Tokens =>
        from text in (string[])["638000000000000000|not-an-id", "638000000000000000|a\0b", "638000000000000000|", "9223372036854775807|x",
            "0|x", "\0\0\0\0", "\0\0\0\0\0\0\0\u007f", "0123456789abcdef"]
        select Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static string Filled(string path, Guid id) =>
        path.Replace("{id}", id.ToString(), StringComparison.Ordinal).Replace("{slug}", "voyage", StringComparison.Ordinal)
        .Replace("{variant}", "original", StringComparison.Ordinal).Replace("{name}", "thumbnail-low", StringComparison.Ordinal)
        .Replace("{page}", "1", StringComparison.Ordinal).Replace("{panel}", "1", StringComparison.Ordinal)
        .Replace("{shot}", "p001-s01", StringComparison.Ordinal).Replace("{file}", "voice", StringComparison.Ordinal);

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private async Task<int> AskAsync(HttpMethod method, string address, HttpContent? content)
    {
        using var request = new HttpRequestMessage(method, address) { Content = content };
        request.Headers.Add("X-Api-Key", Installation.Key);
        using var answer = await _installation.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return (int)answer.StatusCode;
    }
}
