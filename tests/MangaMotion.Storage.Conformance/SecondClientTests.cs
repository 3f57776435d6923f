using MangaMotion.LocalStack;
using MangaMotion.Storage.S3;
using MangaMotion.TestSupport;
using Minio;
using Minio.DataModel;
using Minio.DataModel.Args;

namespace MangaMotion.Storage.Conformance;

/// <summary>
/// The S3 store and Minio, a client that shares no code with the AWS SDK, on one radosgw bucket. Each reads, describes, lists and links
/// the objects that the other wrote.
/// </summary>
public sealed class SecondClientTests(TestStack stack) : IAsyncLifetime
{
    private const string Key = "a/b/c-1_2.bin";

    /// <summary>Content type without a parameter. With one, Minio 7.0.0 signs empty bodies wrongly and gets 403.</summary>
    private const string ContentType = "image/x-odd";
    private const int PartSize = 5 * 1024 * 1024;
    private const int SeveralParts = (2 * PartSize) + 12_345;
    private const int LinkSeconds = 60;

    private static readonly HttpClient Http = new();

    private TestBucket _bucket = null!;
    private S3ObjectStore _store = null!;
    private IMinioClient _minio = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _bucket = await stack.CreateBucketAsync();
        _store = _bucket.OpenStore(x => x.PartSize = PartSize);
        _minio = new MinioClient()
            .WithEndpoint(_bucket.Endpoint.Authority)
            .WithCredentials(S3Server.AccessKey, S3Server.SecretKey)
            .WithRegion("us-east-1")
            .WithSSL(false)
            .Build();
    }

    public async ValueTask DisposeAsync()
    {
        _minio.Dispose();
        _store.Dispose();
        await _bucket.DisposeAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_000)]
    [InlineData(SeveralParts)]
    public async Task Minio_reads_and_describes_an_object_of_the_store(int length)
    {
        var put = await _store.PutAsync(Key, new PatternStream(length), new PutOptions { ContentType = ContentType }, Cancel);

        var stat = await StatAsync(Key);
        stat.Size.ShouldBe(length);
        stat.ContentType.ShouldBe(ContentType);
        stat.MetaData["sha256"].ShouldBe(put.Sha256);
        (await MinioReadAsync(Key)).ShouldBe(PatternStream.Bytes(length));
        (await MinioKeysAsync()).ShouldBe([Key], "nothing staged is left beside it");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_000)]
    [InlineData(SeveralParts)]
    public async Task The_store_reads_and_describes_an_object_of_Minio(int length)
    {
        var bytes = PatternStream.Bytes(length);
        await MinioPutAsync(Key, bytes);

        var head = (await _store.HeadAsync(Key, Cancel)).ShouldNotBeNull();
        head.Length.ShouldBe(length);
        head.ContentType.ShouldBe(ContentType);
        head.Sha256.ShouldBeNull("Minio stores none");
        (await ReadAsync(Key)).ShouldBe(bytes);
        if (length > 0)
            (await ReadAsync(Key, new ByteRange(length / 2, null))).ShouldBe(bytes[(length / 2)..]);
        (await _store.ListAsync("", Cancel).Select(x => (x.Key, x.Length)).ToListAsync(Cancel)).ShouldBe([(Key, (long)length)]);
    }

    [Fact]
    public async Task Both_list_the_same_keys_sizes_and_times_in_the_same_order()
    {
        string[] keys = ["b/2", "a", "b/10", "b.txt", "B", "c/d/e"];
        for (var i = 0; i < keys.Length; i++)
        {
            if (i % 2 == 0)
                await MinioPutAsync(keys[i], PatternStream.Bytes(i));
            else
                await _store.PutAsync(keys[i], new PatternStream(i), new PutOptions { ContentType = ContentType }, Cancel);
        }

        foreach (var prefix in (string[])["", "b", "b/", "none"])
        {
            var store = await _store.ListAsync(prefix, Cancel).Select(x => (x.Key, x.Length, x.ModifiedAt.UtcDateTime)).ToListAsync(Cancel);
            var minio = await MinioListAsync(prefix).Select(x => (x.Key, (long)x.Size, x.LastModifiedDateTime!.Value.ToUniversalTime()))
                .ToListAsync(Cancel);
            store.ShouldBe(minio.Where(x => x.Key != "~probe"));
        }

        (await MinioKeysAsync()).ShouldBe(keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Each_presigns_links_to_objects_of_the_other()
    {
        await _store.PutAsync("store", new PatternStream(1_000), new PutOptions { ContentType = ContentType }, Cancel);
        await MinioPutAsync("minio", PatternStream.Bytes(2_000));

        var minioLink = await _minio.PresignedGetObjectAsync(
            new PresignedGetObjectArgs().WithBucket(_bucket.Name).WithObject("store").WithExpiry(LinkSeconds));
        var link = _store.PresignGet("minio", new PresignGetOptions(TimeSpan.FromSeconds(LinkSeconds)));

        (await Http.GetByteArrayAsync(minioLink, Cancel)).ShouldBe(PatternStream.Bytes(1_000));
        (await Http.GetByteArrayAsync(link, Cancel)).ShouldBe(PatternStream.Bytes(2_000));
    }

    [Fact]
    public async Task Each_reads_uploads_through_links_of_the_other()
    {
        var link = _store.PresignPut("store", new PresignPutOptions(TimeSpan.FromSeconds(LinkSeconds), "image/png", 1_000))!;
        var minioLink = await _minio.PresignedPutObjectAsync(
            new PresignedPutObjectArgs().WithBucket(_bucket.Name).WithObject("minio").WithExpiry(LinkSeconds));

        await UploadAsync(link, 1_000);
        await UploadAsync(new Uri(minioLink), 2_000);

        (await MinioReadAsync("store")).ShouldBe(PatternStream.Bytes(1_000));
        (await StatAsync("store")).ContentType.ShouldBe("image/png");
        (await ReadAsync("minio")).ShouldBe(PatternStream.Bytes(2_000));

        static async Task UploadAsync(Uri link, int length)
        {
            using var content = new ByteArrayContent(PatternStream.Bytes(length));
            content.Headers.ContentType = new("image/png");
            using var answer = await Http.PutAsync(link, content, Cancel);
            answer.EnsureSuccessStatusCode();
        }
    }

    [Fact]
    public async Task Each_copies_and_deletes_objects_of_the_other()
    {
        var put = await _store.PutAsync("store", new PatternStream(1_000), new PutOptions { ContentType = ContentType }, Cancel);
        await MinioPutAsync("minio", PatternStream.Bytes(2_000));

        await _minio.CopyObjectAsync(
            new CopyObjectArgs().WithBucket(_bucket.Name).WithObject("copy/store")
                .WithCopyObjectSource(new CopySourceObjectArgs().WithBucket(_bucket.Name).WithObject("store")), Cancel);
        await _store.CopyAsync("minio", "copy/minio", Cancel);
        await _minio.RemoveObjectAsync(new RemoveObjectArgs().WithBucket(_bucket.Name).WithObject("store"), Cancel);
        await _store.DeleteAsync(["minio"], Cancel);

        (await _store.HeadAsync("copy/store", Cancel)).ShouldNotBeNull().Sha256.ShouldBe(put.Sha256);
        (await MinioReadAsync("copy/minio")).ShouldBe(PatternStream.Bytes(2_000));
        (await MinioKeysAsync()).ShouldBe(["copy/minio", "copy/store"]);
    }

    private Task<ObjectStat> StatAsync(string key) =>
        _minio.StatObjectAsync(new StatObjectArgs().WithBucket(_bucket.Name).WithObject(key), Cancel);

    private async Task MinioPutAsync(string key, byte[] bytes) =>
        await _minio.PutObjectAsync(
            new PutObjectArgs().WithBucket(_bucket.Name).WithObject(key).WithStreamData(new MemoryStream(bytes))
                .WithObjectSize(bytes.Length).WithContentType(ContentType), Cancel);

    private async Task<byte[]> MinioReadAsync(string key)
    {
        using var bytes = new MemoryStream();
        await _minio.GetObjectAsync(
            new GetObjectArgs().WithBucket(_bucket.Name).WithObject(key)
                .WithCallbackStream((stream, cancel) => stream.CopyToAsync(bytes, cancel)), Cancel);
        return bytes.ToArray();
    }

    private IAsyncEnumerable<Item> MinioListAsync(string prefix) =>
        _minio.ListObjectsEnumAsync(new ListObjectsArgs().WithBucket(_bucket.Name).WithPrefix(prefix).WithRecursive(true), Cancel);

    /// <summary>Lists all keys except that of the object that <see cref="IObjectStore.CheckAsync"/> writes.</summary>
    private async Task<List<string>> MinioKeysAsync() =>
        await MinioListAsync("").Select(x => x.Key).Where(key => key != "~probe").ToListAsync(Cancel);

    private async Task<byte[]> ReadAsync(string key, ByteRange? range = null)
    {
        await using var content = await _store.GetAsync(key, range, Cancel);
        using var bytes = new MemoryStream();
        await content.Stream.CopyToAsync(bytes, Cancel);
        return bytes.ToArray();
    }
}
