using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using MangaMotion.Api;
using MangaMotion.Client;
using MangaMotion.TestSupport;

namespace MangaMotion.Acceptance;

/// <summary>Direct uploads to both stores.</summary>
public sealed class UploadTests(TestStack stack) : IAsyncDisposable
{
    private static readonly HttpClient Http = new();

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
    public async Task A_file_is_uploaded_to_the_store_and_used_once(string kind)
    {
        await StartAsync(kind);
        var client = _installation.Client;
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(Samples.Png));
        var upload = await client.UploadAsync("picture.png", new MemoryStream(Samples.Png), "image/png", sha256);

        var accepted = await client.IngestAsync(
            new IngestOfUploads { Uploads = [new(upload, "renamed.png")], Collection = "voyage", Priority = "high" });

        var asset = accepted.Assets.ShouldHaveSingleItem();
        (asset.Name, asset.Type, asset.Size).ShouldBe(("renamed.png", "image/png", Samples.Png.Length));
        (await client.GetAssetAsync(asset.AssetId, "original")).ShouldBe(Samples.Png);
        (await client.GetIngestStatusAsync(accepted.JobId)).Collection.ShouldBe("voyage");
        (await _installation.ScalarAsync<string>("select sha256 from assets")).ShouldBe(sha256);
        await RejectedAsync(client.IngestAsync(new IngestOfUploads { Uploads = [new(upload)] }), 409, "upload_consumed");

        // One of two concurrent requests gets the upload.
        var wanted = await client.UploadAsync("wanted.png", new MemoryStream(Samples.Png));
        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(async _ =>
        {
            try
            {
                return (await client.IngestAsync(new IngestOfUploads { Uploads = [new(wanted)] })).Status;
            }
            catch (MangaMotionException exception)
            {
                return exception.Problem.Code;
            }
        }));
        both.ShouldBe(["accepted", "upload_consumed"], ignoreOrder: true);
        (await _installation.ScalarAsync<long>("select count(*) from jobs")).ShouldBe(2);
    }

    [Theory]
    [InlineData("disk")]
    [InlineData("s3")]
    public async Task An_upload_that_is_not_as_announced_is_rejected(string kind)
    {
        await StartAsync(kind);
        var client = _installation.Client;
        await RejectedAsync(client.CreateUploadAsync(new(Size: 2_000_000_000)), 413, "file_too_large");
        await RejectedAsync(client.CreateUploadAsync(new(Size: 0)), 400, "invalid_field");
        await RejectedAsync(client.CreateUploadAsync(new(Size: 1, Sha256: "abc")), 400, "invalid_field");

        var link = await client.CreateUploadAsync(new(Size: Samples.Png.Length, ContentType: "image/png"));
        await RejectedAsync(client.IngestAsync(new IngestOfUploads { Uploads = [new(link.UploadId)] }), 409, "upload_missing");
        (await PutAsync(link.Url, Samples.Png[1..], "image/png")).ShouldBe(HttpStatusCode.Forbidden);
        (await PutAsync(link.Url, [.. Samples.Png, 0], "image/png")).ShouldBe(HttpStatusCode.Forbidden);
        (await PutAsync(link.Url, Samples.Png, "text/html")).ShouldBe(HttpStatusCode.Forbidden);
        (await PutAsync(new Uri(link.Url.ToString()[..^4] + "0000"), Samples.Png, "image/png")).ShouldBe(HttpStatusCode.Forbidden);
        await RejectedAsync(client.IngestAsync(new IngestOfUploads { Uploads = [new(Guid.NewGuid())] }), 404, "unknown_upload");
        await RejectedAsync(
            client.IngestAsync(new IngestOfUploads { Uploads = [new(link.UploadId), new(link.UploadId)] }), 400, "invalid_field");
        await RejectedAsync(client.IngestAsync(new IngestOfUploads { Uploads = [] }), 400, "no_files");

        // S3 does not check the hash, and no store checks the content. Both are checked when the upload is submitted.
        var other = await client.CreateUploadAsync(new(Size: Samples.Png.Length, Sha256: new string('0', 64)));
        await PutAsync(other.Url, Samples.Png, "application/octet-stream");
        await RejectedAsync(
            client.IngestAsync(new IngestOfUploads { Uploads = [new(other.UploadId)] }), kind == "s3"
                ? 422 : 409, kind == "s3" ? "upload_mismatch"
                : "upload_missing");
        var video = await client.UploadAsync("video.mp4", new MemoryStream(Samples.Png), "video/mp4");
        await RejectedAsync(client.IngestAsync(new IngestOfUploads { Uploads = [new(video)] }), 422, "upload_mismatch");

        // An upload of another owner is unknown, and an upload that is not used is deleted.
        await _installation.ScalarAsync<object?>("update uploads set owner_id = gen_random_uuid() returning null");
        await RejectedAsync(client.IngestAsync(new IngestOfUploads { Uploads = [new(video)] }), 404, "unknown_upload");
        await _installation.ScalarAsync<object?>("update uploads set expires_at = now() returning null");
        await Eventually.Until(async () => await _installation.ScalarAsync<long>("select count(*) from uploads") == 0);
        (await _installation.ScalarAsync<long>("select count(*) from ingests")).ShouldBe(0);
    }

    private async Task StartAsync(string kind)
    {
        _installation = await Installation.CreateAsync(stack);
        _bucket = kind == "s3" ? await stack.CreateBucketAsync() : null;
        await _installation.StartIngestAsync(
        [
            ("Ingest__MaxFileBytes", "1000000000"), ("Sweep__UploadInterval", "00:00:01"),
            .. (_bucket?.Settings ?? new Dictionary<string, string?>()).Select(setting => (setting.Key.Replace(":", "__"), setting.Value!)),
        ]);
    }

    private static async Task<HttpStatusCode> PutAsync(Uri link, byte[] content, string type)
    {
        using var body = new ByteArrayContent(content);
        body.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        using var response = await Http.PutAsync(link, body);
        return response.StatusCode;
    }

    private static async Task RejectedAsync<T>(Task<T> call, int status, string code)
    {
        var problem = (await Should.ThrowAsync<MangaMotionException>(call)).Problem;
        (problem.Status, problem.Code).ShouldBe((status, code), problem.Detail);
    }
}
