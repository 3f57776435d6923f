using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Threading.Tasks;
using Generated;

/// <summary>The tasks of an integrator, written against the generated client only.</summary>
public static class Walk
{
    public static async Task<string[]> RunAsync(Uri address, string key, string folder)
    {
        using var http = new HttpClient { BaseAddress = address };
        http.DefaultRequestHeaders.Add("X-Api-Key", key);
        var client = new MangaMotionClient(http);
        var steps = new List<string>();

        var ingest = await SubmitAsync(client, folder, prefer: null, "a.jpg", "b.png");
        var status = await WaitAsync(client, ingest.Job_id);
        steps.Add($"{status.Assets.Count(asset => asset.Status == JobStatus.DONE)} files done");

        using var thumbnail = await client.GetAssetAsync(status.Assets.First().Asset_id, AssetVariant.Thumbnail);
        var head = new byte[2];
        await thumbnail.Stream.ReadExactlyAsync(head);
        steps.Add(head is [0xff, 0xd8] ? "JPEG thumbnail" : "no JPEG");

        // Answered with 200 if it is done in time, else with 202: one type either way.
        var waited = await SubmitAsync(client, folder, prefer: "wait=30", "a.jpg", "b.png");
        await WaitAsync(client, waited.Job_id);
        await SubmitAsync(client, folder, prefer: null, "a.jpg");
        var jobs = new List<JobSummary>();
        string? token = null;
        do
        {
            var page = await client.ListJobsAsync(
                type: JobType.Thumbnail, status: null, collection: "csharp", q: null, owner: null, pageToken: token, pageSize: 2);
            jobs.AddRange(page.Jobs);
            token = page.NextPageToken;
        }
        while (token is not null);
        steps.Add($"{jobs.Count} jobs in pages of 2");

        try
        {
            await client.GetIngestStatusAsync(Guid.NewGuid(), null, null);
        }
        catch (ApiException<Problem> exception)
        {
            steps.Add(exception.Result.Code);
        }

        var later = await SubmitAsync(client, folder, prefer: null, DateTimeOffset.UtcNow.AddHours(1), "a.jpg");
        steps.Add((await client.CancelJobAsync(later.Assets.First().Job_id)).Status == JobStatus.CANCELED ? "canceled" : "not canceled");

        var video = await client.CreateVideoAsync(
            null, Open(folder, "page1.png", "page2.png"), null, "motion-comic", "Two pages", RequestedDirection.Ltr, RequestedLanguage.En,
            null, "320x180", 24, music: false, burn_subtitles: false, CaptionForm.Lines, pace: 1, TransitionPlace.Pages, titles: false,
            author: null, source: null, UnreadablePages.Fail, review: false, StageName.Script_gen, "csharp", Priority.High, null, null,
            videos: null, ambience: false);
        VideoStatus made;
        do
        {
            await Task.Delay(200);
            made = await client.GetVideoAsync(video.Id);
        }
        while (made.Status is JobStatus.UPLOADED or JobStatus.PROCESSING);
        steps.Add($"video {made.State.ToString().ToLowerInvariant()} after the script");

        var again = await client.CreateVideoOfIngestAsync(
            video.Ingest_id, null, new VideoFields { Direction = RequestedDirection.Ltr, Stop_at = StageName.Script_gen });
        steps.Add(again.Ingest_id == video.Ingest_id ? "video of an ingest by JSON" : "video of another ingest");

        await client.SetCollectionVariantsAsync(
            "csharp-cards", new VariantSet { Variants = [new Variant { Name = "card", Longest_side = 64, Format = VariantFormat.Webp }] });
        status = await WaitAsync(client, (await UploadAsync(client, http, "csharp-cards", Path.Combine(folder, "b.png"))).Job_id);
        using var card = await client.GetAssetVariantAsync(status.Assets.First().Asset_id, "card");
        var riff = new byte[4];
        await card.Stream.ReadExactlyAsync(riff);
        steps.Add(riff is [(byte)'R', (byte)'I', (byte)'F', (byte)'F'] ? "direct upload with a WebP card" : "no card");
        return [.. steps];
    }

    /// <summary>Puts a file into the store by a link, and submits it by JSON.</summary>
    private static async Task<IngestStatus> UploadAsync(MangaMotionClient client, HttpClient http, string collection, string path)
    {
        var content = File.ReadAllBytes(path);
        var link = await client.CreateUploadAsync(new UploadRequest { Size = content.Length, Name = "b.png", Content_type = "image/png" });
        using var put = new HttpRequestMessage(HttpMethod.Put, link.Url) { Content = new ByteArrayContent(content) };
        foreach (var (name, value) in link.Headers)
            put.Content.Headers.TryAddWithoutValidation(name, value);
        using var stored = await http.SendAsync(put);
        stored.EnsureSuccessStatusCode();
        return await client.SubmitUploadsAsync(
            null, null, new IngestOfUploads { Uploads = [new UploadReference { Upload_id = link.Upload_id }], Collection = collection });
    }

    private static Task<IngestStatus> SubmitAsync(MangaMotionClient client, string folder, string? prefer, params string[] names) =>
        SubmitAsync(client, folder, prefer, notBefore: null, names);

    private static Task<IngestStatus> SubmitAsync(
        MangaMotionClient client, string folder, string? prefer, DateTimeOffset? notBefore, params string[] names) =>
        // NSwag declares an optional file as not nullable, and accepts null.
        client.SubmitIngestAsync(null, prefer, Open(folder, names), null!, "csharp", Priority.High, notBefore, null, null, null);

    private static FileParameter[] Open(string folder, params string[] names) =>
        [.. names.Select(name => new FileParameter(new MemoryStream(File.ReadAllBytes(Path.Combine(folder, name))), name))];

    private static async Task<IngestStatus> WaitAsync(MangaMotionClient client, Guid id)
    {
        while (true)
        {
            var status = await client.GetIngestStatusAsync(id, null, null);
            if (status.Status == IngestPhase.Finished)
                return status;
            await Task.Delay(200);
        }
    }
}
