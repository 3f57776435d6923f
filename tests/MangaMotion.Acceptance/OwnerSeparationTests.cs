using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using MangaMotion.TestSupport;

namespace MangaMotion.Acceptance;

/// <summary>Every operation of the OpenAPI document, called by another owner.</summary>
public sealed class OwnerSeparationTests(TestStack stack) : IAsyncLifetime
{
    private static readonly string[] Scopes = ["submit", "read", "operate"];

    /// <summary>Operations on queues and workers, which have no owner, and on a collection of the caller.</summary>
    private static readonly string[] WithoutOwner =
    [
        "post /api/v1/queues/{name}/pause", "post /api/v1/queues/{name}/resume", "post /api/v1/workers/{id}/drain",
        "post /api/v1/workers/{id}/resume", "put /api/v1/collections/{slug}/variants", "put /api/v1/collections/{slug}/cast",
    ];

    private Installation _installation = null!;

    public async ValueTask InitializeAsync()
    {
        _installation = await Installation.CreateAsync(stack);
        await _installation.StartIngestAsync();
    }

    public ValueTask DisposeAsync() => _installation.DisposeAsync();

    [Fact]
    public async Task No_operation_finds_resources_of_another_owner_or_works_without_its_scope()
    {
        var mine = await _installation.Client.IngestAsync(
            [Samples.Named("secret.bin", [1])],
            new Dictionary<string, string> { ["collection"] = "secrets", ["callback_url"] = "https://example.com/secret" });
        var job = (await _installation.Client.GetIngestStatusAsync(mine.JobId)).Assets[0].JobId;
        var video = await _installation.Client.CreateVideoAsync([Samples.Named("secret.bin", Samples.Page)]);
        await AddKeyAsync("other", Scopes);
        foreach (var scope in Scopes)
            await AddKeyAsync($"no-{scope}", [.. Scopes.Where(other => other != scope)]);
        await _installation.ExecuteAsync(
            """
            insert into failed_jobs (id, job_id, job_type, attempts, max_attempts, last_error, error_stacktrace, input_data, error_class,
              error_code, fingerprint, error_queue)
            values (gen_random_uuid(), $1, 'thumbnail', 3, 3, 'secret.bin', '', '{}', 'Broken', 'broken', 'f', 'thumbnail_error')
            """, job);
        var retry = await _installation.Client.ReplayFailedJobsAsync(new() { All = true });
        // The longest matching prefix gives the id.
        (string Prefix, Guid Id)[] ids =
        [
            ("/api/v1/uploads/tus/", await CreateUploadAsync("secret.bin")),
            ("/api/v1/failed-jobs/retries/", retry.Id),
            ("/api/v1/failed-jobs/", await _installation.ScalarAsync<Guid>("select id from failed_jobs")),
            ("/api/v1/webhooks/deliveries/", await _installation.ScalarAsync<Guid>("select id from webhook_deliveries")),
            ("/api/v1/keys/", await _installation.ScalarAsync<Guid>("select id from api_keys where name = 'no-read'")),
            ("/api/v1/ingest/", mine.JobId), ("/api/v1/assets/", mine.Assets[0].AssetId), ("/api/v1/jobs/", job),
            ("/api/v1/videos/", video.Id), ("/api/v1/workers/", Guid.NewGuid()),
        ];

        var asked = 0;
        var document = await _installation.Http.GetFromJsonAsync<JsonElement>("/openapi/v1.json");
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject())
            {
                // An operation without a scope concerns the key of the request and accepts any key.
                var scopes = operation.Value.GetProperty("security")[0].GetProperty("apiKey").EnumerateArray();
                if (scopes.FirstOrDefault() is { ValueKind: JsonValueKind.String } scope)
                {
                    using var refused = await AskAsync(operation, path.Name, $"no-{scope}", ids);
                    ((int)refused.StatusCode).ShouldBe(403, $"{operation.Name} {path.Name} without the scope {scope}");
                }

                using var answer = await AskAsync(operation, path.Name, "other", ids);
                if (path.Name.Contains('{') && !WithoutOwner.Contains($"{operation.Name} {path.Name}"))
                    ((int)answer.StatusCode).ShouldBe(404, $"{operation.Name} {path.Name} by another owner");
                var text = await answer.Content.ReadAsStringAsync();
                if (!path.Name.Contains('{'))
                    text.ShouldNotContain(
                        mine.JobId.ToString(), customMessage: $"{operation.Name} {path.Name} shows an ingest to another owner");
                text.ShouldNotContain("secret.bin", customMessage: $"{operation.Name} {path.Name}");
                asked++;
            }
        }

        asked.ShouldBeGreaterThan(20);
        (await _installation.Client.GetJobAsync(job)).Status.ShouldBe("UPLOADED");
    }

    private async Task<HttpResponseMessage> AskAsync(JsonProperty operation, string path, string key, (string Prefix, Guid Id)[] ids)
    {
        var id = ids.FirstOrDefault(x => path.StartsWith(x.Prefix, StringComparison.Ordinal)).Id;
        if (path.Contains("{id}", StringComparison.Ordinal))
            id.ShouldNotBe(Guid.Empty, $"An id of a new kind in {path}: make one here.");
        var address = path.Replace("{id}", id.ToString(), StringComparison.Ordinal).Replace("{slug}", "secrets", StringComparison.Ordinal)
            .Replace("{variant}", "original", StringComparison.Ordinal).Replace("{name}", "thumbnail-low", StringComparison.Ordinal)
            .Replace("{page}", "1", StringComparison.Ordinal).Replace("{panel}", "1", StringComparison.Ordinal)
            .Replace("{shot}", "p001-s01", StringComparison.Ordinal).Replace("{file}", "voice", StringComparison.Ordinal);
        address.ShouldNotContain("{", customMessage: "A parameter of a new kind: say here what it stands for.");
        using var request = new HttpRequestMessage(new HttpMethod(operation.Name), address);
        request.Headers.Add("X-Api-Key", key);
        request.Headers.Add("Tus-Resumable", "1.0.0");
        if (operation.Value.TryGetProperty("requestBody", out var body))
        {
            request.Content = body.GetProperty("content").EnumerateObject().First().NameEquals("multipart/form-data")
                ? new MultipartFormDataContent { { new ByteArrayContent([1]), "files", "a.bin" } }
                : new StringContent("{}", Encoding.UTF8, "application/json");
        }

        return await _installation.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private async Task<Guid> CreateUploadAsync(string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/uploads/tus");
        request.Headers.Add("X-Api-Key", Installation.Key);
        request.Headers.Add("Tus-Resumable", "1.0.0");
        request.Headers.Add("Upload-Length", "1");
        request.Headers.Add("Upload-Metadata", $"filename {Convert.ToBase64String(Encoding.UTF8.GetBytes(name))}");
        using var created = await _installation.Http.SendAsync(request);
        return Guid.Parse(created.Headers.Location!.ToString().Split('/')[^1]);
    }

    private Task AddKeyAsync(string key, string[] scopes) => _installation.ExecuteAsync(
        "insert into api_keys (id, owner_id, name, key_sha256, scopes) "
            + "values (gen_random_uuid(), gen_random_uuid(), $1, sha256($1::text::bytea), $2)", key, scopes);
}
