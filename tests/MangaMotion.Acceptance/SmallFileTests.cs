using System.Net;
using MangaMotion.Api;
using MangaMotion.Client;
using MangaMotion.LocalStack;
using MangaMotion.TestSupport;
using Microsoft.AspNetCore.Http;

namespace MangaMotion.Acceptance;

/// <summary>Small files of one request, which are stored in parallel.</summary>
public sealed class SmallFileTests(TestStack stack)
{
    private const int Large = 256 << 10;

    [Theory]
    [InlineData("s3")]
    [InlineData("disk")]
    public async Task Files_of_all_sizes_keep_their_order_and_their_bytes(string kind)
    {
        await using var bucket = kind == "s3" ? await stack.CreateBucketAsync() : null;
        await using var installation = await Installation.CreateAsync(stack);
        await installation.StartIngestAsync(bucket is null ? [] : S3(bucket, bucket.Endpoint));
        int[] sizes = [0, 1, 4_096, Large - 1, Large, Large + 1, 20_000_000, .. Enumerable.Repeat(5_000, 300), 0, Large, 7];

        var accepted = await installation.Client.IngestAsync(
            sizes.Select((size, i) => Samples.Named($"{i}.bin", PatternStream.Bytes(size, i + 1))));

        accepted.Assets.Select(asset => (asset.Name, asset.Size)).ShouldBe(sizes.Select((size, i) => ($"{i}.bin", (long)size)));
        (await installation.Client.ListAssetsAsync(accepted.JobId).Select(asset => asset.Name).ToArrayAsync()).ShouldBe(
            sizes.Select((_, i) => $"{i}.bin"));
        foreach (var i in (int[])[0, 1, 3, 4, 5, 6, 7, 8, 150, 306, sizes.Length - 1])
            (await installation.Client.GetAssetAsync(accepted.Assets[i].AssetId, "original")).ShouldBe(
                PatternStream.Bytes(sizes[i], i + 1), $"file {i}");

        // A link of S3 is signed for one method.
        using var head = new HttpRequestMessage(HttpMethod.Head, $"/api/v1/assets/{accepted.Assets[2].AssetId}/original");
        head.Headers.Add("X-Api-Key", Installation.Key);
        using var answer = await installation.Http.SendAsync(head);
        (answer.StatusCode, answer.Content.Headers.ContentLength).ShouldBe((HttpStatusCode.OK, sizes[2]));
    }

    [Fact]
    public async Task A_failed_put_ends_the_request_and_deletes_its_other_objects()
    {
        await using var bucket = await stack.CreateBucketAsync();
        await using var proxy = await FaultProxy.StartAsync(bucket.Endpoint);
        await using var installation = await Installation.CreateAsync(stack);
        await installation.StartIngestAsync([.. S3(bucket, proxy.Endpoint), ("Storage__S3__MaxRetries", "0")]);
        // An object whose answer was lost is in the store and unknown to the service.
        foreach (var fault in (Fault[])[Fault.Refuse, Fault.LoseAnswer])
        {
            var (puts, victim) = (0, "");
            proxy.Heal();
            proxy.Inject(fault, when: request =>
            {
                if (IsPut(request) && Interlocked.Increment(ref puts) == 50)
                    victim = request.Path;
                return request.Path == victim;
            });

            await ShouldFailAsync(installation.Client.IngestAsync(Small(200)), 503);

            puts.ShouldBeGreaterThanOrEqualTo(50);
            (await KeysAsync(bucket)).ShouldBeEmpty(fault.ToString());
            (await installation.ScalarAsync<long>("select count(*) from ingests")).ShouldBe(0);
        }
    }

    [Theory]
    [InlineData("s3")]
    [InlineData("disk")]
    public async Task A_put_whose_sender_disconnects_leaves_no_files(string kind)
    {
        await using var bucket = kind == "s3" ? await stack.CreateBucketAsync() : null;
        await using var installation = await Installation.CreateAsync(stack);
        await installation.StartIngestAsync(bucket is null ? [] : S3(bucket, bucket.Endpoint));
        using var stored = new SemaphoreSlim(0);
        using var form = new MultipartFormDataContent();
        foreach (var i in Enumerable.Range(0, 100))
            form.Add(new ByteArrayContent(new byte[4_096]), "files", $"{i}.bin");
        form.Add(new BrokenContent(stored.WaitAsync), "files", "last.bin");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/ingest") { Content = form };
        request.Headers.Add("X-Api-Key", Installation.Key);
        request.Headers.TransferEncodingChunked = true;

        var sent = installation.Http.SendAsync(request);
        await Eventually.Until(async () => (await KeysAsync()).Count == 100);
        stored.Release();
        await Should.ThrowAsync<HttpRequestException>(sent);

        await Eventually.Until(async () => (await KeysAsync()).Count == 0);
        (await installation.ScalarAsync<long>("select count(*) from ingests")).ShouldBe(0);

        async Task<IReadOnlyList<string>> KeysAsync() => bucket is not null
            ? await SmallFileTests.KeysAsync(bucket)
            : [.. Directory.EnumerateFiles(installation.Store, "*+", SearchOption.AllDirectories)];
    }

    [Fact]
    public async Task Files_are_not_read_ahead_of_their_puts_while_the_store_hangs()
    {
        await using var bucket = await stack.CreateBucketAsync();
        await using var proxy = await FaultProxy.StartAsync(bucket.Endpoint);
        await using var installation = await Installation.CreateAsync(stack);
        await installation.StartIngestAsync(
            [.. S3(bucket, proxy.Endpoint), ("Storage__S3__MaxRetries", "0"), ("Storage__S3__RequestTimeout", "00:00:03"),
                ("Ingest__PutsAtOnce", "4")]);
        var puts = 0;
        proxy.Inject(Fault.Hang, when: request => IsPut(request) && Interlocked.Increment(ref puts) > 0);

        await Task.WhenAll(
            Enumerable.Range(0, 2).Select(_ => ShouldFailAsync(installation.Client.IngestAsync(Small(500, Large - 1)), 503)));

        // The files of one request, then those of the other in the freed places.
        puts.ShouldBeInRange(4, 8);
        installation.Ingest.PeakMemory.ShouldBeLessThan(300L << 20);
        proxy.Heal();
        (await installation.Client.IngestAsync(Small(20))).Assets.Count.ShouldBe(20);
        (await KeysAsync(bucket)).Count.ShouldBe(20);
    }

    private static IEnumerable<FileToSend> Small(int count, int size = 4_096) =>
        Enumerable.Range(0, count).Select(i => Samples.Named($"{i}.bin", new byte[size]));

    private static bool IsPut(HttpRequest request) =>
        request.Method == "PUT" && request.Path.Value!.Contains("/originals/", StringComparison.Ordinal);

    private static (string, string)[] S3(TestBucket bucket, Uri endpoint) =>
    [
        ("Storage__Kind", "s3"), ("S3_ENDPOINT", endpoint.ToString()), ("S3_BUCKET", bucket.Name),
        ("S3_ACCESS_KEY", S3Server.AccessKey), ("S3_SECRET_KEY", S3Server.SecretKey),
    ];

    private static async Task<IReadOnlyList<string>> KeysAsync(TestBucket bucket) =>
        await bucket.Store.ListAsync("", default).Select(found => found.Key).ToListAsync();

    private static async Task ShouldFailAsync(Task<IngestStatus> call, int status) =>
        (await Should.ThrowAsync<MangaMotionException>(call)).Problem.Status.ShouldBe(status);

    /// <summary>Content that sends a byte, waits, and fails.</summary>
    private sealed class BrokenContent(Func<Task> may) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(new byte[1]);
            await stream.FlushAsync();
            await may();
            throw new IOException("The sender disconnected, as the test asked for.");
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
