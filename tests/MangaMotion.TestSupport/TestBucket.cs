using MangaMotion.LocalStack;
using MangaMotion.Storage;
using MangaMotion.Storage.S3;
using Microsoft.Extensions.Options;

namespace MangaMotion.TestSupport;

/// <summary>Bucket of one test.</summary>
public sealed class TestBucket : IAsyncDisposable
{
    private readonly S3Server _server;

    private TestBucket(S3Server server, string name)
    {
        _server = server;
        Name = name;
        Endpoint = server.Endpoint;
        Store = OpenStore();
    }

    public string Name { get; }

    public Uri Endpoint { get; }

    /// <summary>The bucket as an object store.</summary>
    public S3ObjectStore Store { get; }

    /// <summary>Settings with which a service uses the bucket, such as <c>S3_ENDPOINT</c>.</summary>
    public IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>
    {
        ["Storage:Kind"] = "s3",
        ["S3_ENDPOINT"] = Endpoint.ToString(),
        ["S3_BUCKET"] = Name,
        ["S3_ACCESS_KEY"] = S3Server.AccessKey,
        ["S3_SECRET_KEY"] = S3Server.SecretKey,
    };

    /// <summary>Opens another store on the same bucket, with other options or through a proxy.</summary>
    public S3ObjectStore OpenStore(Action<S3StorageOptions>? configure = null)
    {
        var options = new StorageOptions
        {
            Kind = StoreKind.S3,
            S3 = { Endpoint = _server.Endpoint.ToString(), Bucket = Name, AccessKey = S3Server.AccessKey, SecretKey = S3Server.SecretKey },
        };
        configure?.Invoke(options.S3);
        return new S3ObjectStore(Options.Create(options));
    }

    public async ValueTask DisposeAsync()
    {
        var keys = await Store.ListAsync("", CancellationToken.None).Select(x => x.Key).ToListAsync();
        await Store.DeleteAsync(keys, CancellationToken.None);
        Store.Dispose();
    }

    internal static async Task<TestBucket> CreateAsync(S3Server server)
    {
        var bucket = new TestBucket(server, $"test-{Guid.NewGuid():N}");
        await bucket.Store.CheckAsync(CancellationToken.None);
        return bucket;
    }
}
