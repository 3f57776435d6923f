using System.Net;
using MangaMotion.TestSupport;

namespace MangaMotion.Acceptance;

/// <summary>Automatic and complete deletion of finished ingests, which keeps everything still in use.</summary>
public sealed class RetentionTests(TestStack stack) : IAsyncLifetime
{
    private Installation _installation = null!;

    public async ValueTask InitializeAsync() => _installation = await Installation.CreateAsync(stack);

    public ValueTask DisposeAsync() => _installation.DisposeAsync();

    [Fact]
    public async Task A_finished_ingest_is_deleted_with_its_files_and_stored_records_and_open_dead_letters_stay()
    {
        await _installation.StartIngestAsync();
        await _installation.StartThumbnailAsync();
        await _installation.StartRecordsAsync();
        var client = _installation.Client;
        var done = await client.IngestAsync(
            [Samples.Named("a.png", Samples.Png), Samples.Named("b.png", Samples.Png)], idempotencyKey: "key-1");
        var records = await client.IngestRecordsAsync(new MemoryStream("""[{"a":1}]"""u8.ToArray()));
        var broken = await client.IngestAsync([Samples.Named("broken.png", Samples.Png[..200])]);
        var asset = (await _installation.UntilFinishedAsync(done.JobId)).Assets[0];
        await _installation.UntilFinishedAsync(records.JobId);
        (await _installation.UntilFinishedAsync(broken.JobId)).Progress.Failed.ShouldBe(1);

        // Restarted with a short retention. The service continues after a round that fails.
        await _installation.ExecuteAsync(
            "create function stay() returns trigger language plpgsql as $$ begin raise exception 'not today'; end $$");
        await _installation.ExecuteAsync("create trigger stay before delete on ingests for each statement execute function stay()");
        var service = await _installation.StartIngestAsync(("Retention__FinishedIngests", "00:00:01"), ("Retention__Interval", "00:00:01"));
        client = _installation.Client;
        await Eventually.Until(() => service.Log.Any(line => line.Contains("not today", StringComparison.Ordinal)));
        (await client.GetIngestStatusAsync(done.JobId)).Progress.Done.ShouldBe(2);
        await _installation.ExecuteAsync("drop trigger stay on ingests");

        await Eventually.Until(async () => await _installation.ScalarAsync<long>("select count(*) from ingests") == 2);
        foreach (var path in (string[])[$"ingest/{done.JobId}/status", $"jobs/{asset.JobId}", $"assets/{asset.AssetId}/thumbnail",
            $"assets/{asset.AssetId}/original"])
            await ShouldBeAsync(path, HttpStatusCode.NotFound);
        await Eventually.Until(() => Files().All(path => !path.Contains($"{done.JobId:N}", StringComparison.Ordinal)));
        Files().ShouldNotContain(path => path.StartsWith("processed", StringComparison.Ordinal));
        await ShouldBeAsync($"ingest/{records.JobId}/records", HttpStatusCode.OK);
        await ShouldBeAsync($"ingest/{broken.JobId}/status", HttpStatusCode.OK);

        // The answer of the key is kept longer than the ingest.
        using (var again = await PostAsync("key-1"))
            again.StatusCode.ShouldBe(HttpStatusCode.Accepted);

        using var forgotten = await SendAsync(HttpMethod.Delete, "failed-jobs?older_than=0s");
        forgotten.StatusCode.ShouldBe(HttpStatusCode.OK);
        await Eventually.Until(async () => await _installation.ScalarAsync<long>("select count(*) from ingests") == 1);
        await ShouldBeAsync($"ingest/{records.JobId}/records", HttpStatusCode.OK);
        await Eventually.Until(() => Files().Count == 1);
        service.IsRunning.ShouldBeTrue();
    }

    private List<string> Files() =>
        [.. Directory.EnumerateFiles(_installation.Store, "*+", SearchOption.AllDirectories).Select(
            path => Path.GetRelativePath(_installation.Store, path))];

    private async Task ShouldBeAsync(string path, HttpStatusCode status)
    {
        using var answer = await SendAsync(HttpMethod.Get, path);
        answer.StatusCode.ShouldBe(status, path);
    }

    private async Task<HttpResponseMessage> PostAsync(string key)
    {
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(Samples.Png), "files", "a.png" },
            { new ByteArrayContent(Samples.Png), "files", "b.png" },
        };
        return await SendAsync(HttpMethod.Post, "ingest", form, ("Idempotency-Key", key), ("Prefer", "wait=5"));
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, $"/api/v1/{path}") { Content = content };
        request.Headers.Add("X-Api-Key", Installation.Key);
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        return await _installation.Http.SendAsync(request);
    }
}
