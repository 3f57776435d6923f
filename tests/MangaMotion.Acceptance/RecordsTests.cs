using System.Net;
using System.Text;
using System.Text.Json;
using MangaMotion.Api;
using MangaMotion.Client;
using MangaMotion.TestSupport;

namespace MangaMotion.Acceptance;

/// <summary>JSON records, submitted and read by HTTP.</summary>
public sealed class RecordsTests(TestStack stack) : IAsyncLifetime
{
    private const int Many = 300_000;

    private static readonly (string, string)[] QuickLease = [("Jobs__Lease", "00:00:03")];

    private Installation _installation = null!;
    private ServiceProcess _worker = null!;

    public async ValueTask InitializeAsync()
    {
        _installation = await Installation.CreateAsync(stack);
        await _installation.StartIngestAsync();
        _worker = await _installation.StartRecordsAsync(QuickLease);
    }

    public ValueTask DisposeAsync() => _installation.DisposeAsync();

    [Fact]
    public async Task A_payload_beside_a_file_becomes_records_that_are_read_by_filters_and_pages()
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent("library"), "collection" },
            { new ByteArrayContent(Samples.Png), "files", "cover.png" },
            {
                new StringContent(
                    """[{"title":"Ship","price":12.50,"id":12345678901234567890},"""
                    + """{"title":"Storm","price":7,"id":1},{"title":"Calm","price":100,"id":2}]"""),
                "payload"
            },
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/ingest") { Content = form };
        request.Headers.Add("X-Api-Key", Installation.Key);
        using var response = await _installation.Http.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var accepted = JsonElement.Parse(await response.Content.ReadAsStringAsync());
        accepted.GetProperty("assets").EnumerateArray().Select(asset => asset.GetProperty("type").GetString()).ShouldBe(
            ["image/png", "application/json"]);
        var ingest = accepted.GetProperty("job_id").GetGuid();

        // No thumbnail worker runs here.
        await Eventually.Until(
            async () => (await _installation.Client.GetIngestStatusAsync(ingest)).Assets[1].Status == "DONE", TimeSpan.FromSeconds(60));

        var asset = (await _installation.Client.GetIngestStatusAsync(ingest)).Assets[1];
        asset.Result!.Value.GetProperty("storage").GetString().ShouldBe("sql");
        asset.Result.Value.GetProperty("columns").EnumerateArray().Select(column => column.GetProperty("type").GetString()).ShouldBe(
            ["text", "numeric", "numeric"]);
        (await _installation.Client.GetJobAsync(asset.JobId)).Type.ShouldBe("records");
        var dear = await _installation.Client.GetRecordsAsync(
            "library", new Dictionary<string, string> { ["filter[price][gt]"] = "7", ["pageSize"] = "1" });
        dear.Records.ShouldHaveSingleItem().GetRawText().ShouldBe("""{"title":"Ship","price":12.50,"id":12345678901234567890}""");
        var rest = await _installation.Client.GetRecordsAsync(
            "library", new Dictionary<string, string> { ["filter[price][gt]"] = "7", ["pageToken"] = dear.NextPageToken! });
        rest.Records.ShouldHaveSingleItem().GetProperty("title").GetString().ShouldBe("Calm");
        rest.NextPageToken.ShouldBeNull();
        (await _installation.Client.GetRecordsAsync(ingest)).Records.Count.ShouldBe(3);
        (await _installation.Client.GetRecordsAsync("library", new Dictionary<string, string> { ["ingest"] = $"{Guid.NewGuid()}" })).Records
            .ShouldBeEmpty();
    }

    [Theory]
    [InlineData("disk")]
    [InlineData("s3")]
    public async Task Records_uploaded_to_the_store_are_submitted_by_reference(string kind)
    {
        await using var bucket = kind == "s3" ? await stack.CreateBucketAsync() : null;
        (string, string)[] store = [.. (bucket?.Settings ?? new Dictionary<string, string?>()).Select(
            setting => (setting.Key.Replace(":", "__", StringComparison.Ordinal), setting.Value!))];
        await _installation.StartIngestAsync(store);
        await _installation.StartRecordsAsync([.. QuickLease, .. store]);
        if (bucket is not null)
            await _worker.KillAsync();
        var client = _installation.Client;
        var small = await UploadAsync("""[{"title":"Ship","price":12.50},{"title":"Storm","price":7}]""");
        // Larger than the part that is read into memory.
        var large = await UploadAsync(
            string.Join('\n', Enumerable.Range(0, 20_000).Select(i => $$"""{"title":"Row {{i}}","price":{{i}}}""")),
            "application/x-ndjson");
        var cover = await client.UploadAsync("cover.png", new MemoryStream(Samples.Png));

        var first = await client.IngestAsync(
            new IngestOfUploads { Uploads = [new(cover)], Payload = new(small, "books.json"), Collection = "library" });
        var second = await client.IngestAsync(new IngestOfUploads { Payload = new(large), Collection = "library" });

        first.Assets.Select(asset => (asset.Name, asset.Type)).ShouldBe([("cover.png", "image/png"), ("books.json", "application/json")]);
        await Eventually.Until(
            async () => (await client.GetIngestStatusAsync(first.JobId)).Assets[1].Status == "DONE", TimeSpan.FromSeconds(60));
        (await _installation.UntilFinishedAsync(second.JobId)).Assets.ShouldHaveSingleItem().Result!.Value.GetProperty("records").GetInt64()
            .ShouldBe(20_000);
        (await client.GetRecordsAsync("library", new Dictionary<string, string> { ["filter[title]"] = "Ship" })).Records
            .ShouldHaveSingleItem().GetRawText().ShouldBe("""{"title":"Ship","price":12.50}""");
        (await client.GetRecordsAsync("library", new Dictionary<string, string> { ["filter[price][gte]"] = "19990" })).Records.Count
            .ShouldBe(10);

        // Each upload is used once. An upload that is not JSON or not as announced is rejected and deleted.
        await RejectedAsync(new() { Payload = new(small) }, 409, "upload_consumed");
        await RejectedAsync(new() { Payload = new(Guid.NewGuid()) }, 404, "unknown_upload");
        await RejectedAsync(
            new() { Payload = new(await client.UploadAsync("picture.json", new MemoryStream(Samples.Png))) }, 400, "invalid_payload");
        await RejectedAsync(new() { Payload = new(await UploadAsync("[{}]", "image/png")) }, 422, "upload_mismatch");
        await RejectedAsync(new() { Payload = new((await client.CreateUploadAsync(new(Size: 10))).UploadId) }, 409, "upload_missing");
        var twice = await UploadAsync("[{}]");
        await RejectedAsync(new() { Uploads = [new(twice)], Payload = new(twice) }, 400, "invalid_field");
        foreach (var body in (string[])["""{"payload":"[]"}""", """{"payload":[{"upload_id":"x"}]}""",
            $$"""{"payload":{"upload_id":"{{twice}}"},"payload":{"upload_id":"{{Guid.NewGuid()}}" } }"""])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/ingest")
            {
                Content = new StringContent(body, Encoding.UTF8, "application/json"),
            };
            request.Headers.Add("X-Api-Key", Installation.Key);
            using var refused = await _installation.Http.SendAsync(request);
            refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest, body);
            (await refused.Content.ReadAsStringAsync()).ShouldContain("invalid_field");
        }

        (await _installation.ScalarAsync<long>("select count(*) from ingests")).ShouldBe(2);
        if (bucket is not null)
            (await bucket.Store.ListAsync("originals/", default).CountAsync()).ShouldBe(3);

        Task<Guid> UploadAsync(string json, string type = "application/json") => client.UploadAsync(
            "records.json", new MemoryStream(Encoding.UTF8.GetBytes(json)), type);

        async Task RejectedAsync(IngestOfUploads ingest, int status, string code)
        {
            var problem = (await Should.ThrowAsync<MangaMotionException>(client.IngestAsync(ingest))).Problem;
            (problem.Status, problem.Code).ShouldBe((status, code), problem.Detail);
        }
    }

    [Fact]
    public async Task Kill_minus_9_during_a_load_loses_no_record_and_repeats_none()
    {
        var accepted = await _installation.Client.IngestRecordsAsync(
            new MemoryStream(Encoding.UTF8.GetBytes(
                string.Join('\n', Enumerable.Range(0, Many).Select(i => $$"""{"id":{{i}},"name":"record {{i}}"}""")))),
            new Dictionary<string, string> { ["collection"] = "many" });
        await _worker.FreezeWhenAsync(async () => await _installation.ScalarAsync<long>("select count(*) from pg_stat_progress_copy "
            + "where datname = current_database() and tuples_processed > 0") > 0);
        await _worker.KillAsync();
        (await _installation.Client.GetRecordsAsync("many")).Records.ShouldBeEmpty();

        await _installation.StartRecordsAsync(QuickLease);
        var status = await _installation.UntilFinishedAsync(accepted.JobId, TimeSpan.FromMinutes(3));

        status.Progress.Done.ShouldBe(1);
        var result = status.Assets[0].Result!.Value;
        result.GetProperty("records").GetInt64().ShouldBe(Many);
        (await _installation.ScalarAsync<long>($"select count(distinct n) from {result.GetProperty("table").GetString()}")).ShouldBe(Many);
        (await _installation.ScalarAsync<long>($"select count(*) from {result.GetProperty("table").GetString()}")).ShouldBe(Many);
        (await _installation.ScalarAsync<int>("select crashes from jobs")).ShouldBe(1);
        (await _installation.Client.GetRecordsAsync("many", new Dictionary<string, string> { ["filter[id]"] = $"{Many - 1}" })).Records
            .ShouldHaveSingleItem();
    }

    [Fact]
    public async Task An_invalid_payload_is_rejected_or_fails_at_once_with_the_number_of_the_record()
    {
        var accepted = await _installation.Client.IngestRecordsAsync(new MemoryStream("""[{"a":1},{"a":"\u0000"}]"""u8.ToArray()));
        var status = await _installation.UntilFinishedAsync(accepted.JobId);
        status.Assets[0].Status.ShouldBe("FAILED");
        status.Assets[0].Attempts.ShouldBe(1);
        status.Assets[0].Error!.ShouldBe("Record 2 has a null character (\\u0000), which the database cannot store.");
        (await _installation.ScalarAsync<long>("select count(*) from failed_jobs where error_queue = 'records_error' "
            + "and error_code = 'invalid_text'")).ShouldBe(1);

        foreach (var (payload, reason) in ((byte[], string)[])[([], "empty"), ("7"u8.ToArray(), "begins neither"),
            (Encoding.Unicode.GetBytes("[]"), "UTF-16")])
        {
            var refused = await Should.ThrowAsync<MangaMotionException>(_installation.Client.IngestRecordsAsync(new MemoryStream(payload)));
            (refused.Problem.Status, refused.Problem.Code).ShouldBe((400, "invalid_payload"));
            refused.Problem.Detail!.ShouldContain(reason);
        }
    }

    [Fact]
    public async Task Records_that_cannot_be_read_are_answered_503_without_a_partial_page()
    {
        var accepted = await _installation.Client.IngestRecordsAsync(new MemoryStream("""[{"a":1}]"""u8.ToArray()));
        await _installation.UntilFinishedAsync(accepted.JobId);
        // Terminates the connection when the first record is read.
        var table = await _installation.ScalarAsync<string>("select 't' || id from records.tables");
        await _installation.ExecuteAsync(
            "create function away() returns boolean language plpgsql as $$ begin raise exception 'away' using errcode = '57P03'; end $$");
        await _installation.ExecuteAsync($"alter table records.{table} rename to there");
        await _installation.ExecuteAsync($"create view records.{table} as select * from records.there where away()");

        using var answer = await _installation.GetAsync($"/api/v1/ingest/{accepted.JobId}/records");
        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        answer.Headers.RetryAfter.ShouldNotBeNull();
        (await answer.Content.ReadAsStringAsync()).ShouldContain("dependency_unavailable");
    }

    [Fact]
    public async Task An_invalid_query_is_rejected_with_a_reason()
    {
        foreach (var (query, status, code) in ((string, HttpStatusCode, string)[])
        [
            ("filter[a][exists]=maybe", HttpStatusCode.BadRequest, "invalid_filter"),
            ("filter[a]=%00", HttpStatusCode.BadRequest, "null_character"),
            ("price=5", HttpStatusCode.BadRequest, "unknown_parameter"),
            ("pageToken=forged", HttpStatusCode.BadRequest, "invalid_page_token"),
            ("pageSize=0", HttpStatusCode.BadRequest, "invalid_page_size"),
            ("", HttpStatusCode.NotFound, "unknown_collection"),
        ])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/collections/any/records?{query}");
            request.Headers.Add("X-Api-Key", Installation.Key);
            using var response = await _installation.Http.SendAsync(request);

            response.StatusCode.ShouldBe(status, query);
            JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("code").GetString().ShouldBe(code);
        }
    }
}
