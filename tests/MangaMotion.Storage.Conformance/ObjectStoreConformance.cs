namespace MangaMotion.Storage.Conformance;

/// <summary>Tests that every <see cref="IObjectStore"/> must pass. One derived class a store runs them.</summary>
public abstract partial class ObjectStoreConformance : IAsyncLifetime
{
    /// <summary>Length of more than one part of a multipart upload, so that both ways of storing are tested.</summary>
    protected const int SeveralParts = (2 * 5 * 1024 * 1024) + 12_345;

    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);

    protected static readonly PutOptions Plain = new() { ContentType = "text/plain" };

    protected IObjectStore Store { get; private set; } = null!;

    protected string Scratch { get; } = Directory.CreateTempSubdirectory("objects-").FullName;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Store = await OpenStoreAsync();
        await Store.CheckAsync(Cancel);
    }

    public virtual ValueTask DisposeAsync()
    {
        Directory.Delete(Scratch, recursive: true);
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Opens an empty store for this test.</summary>
    protected abstract Task<IObjectStore> OpenStoreAsync();

    protected Task<StoredObject> PutAsync(string key, byte[] bytes, string contentType = "text/plain") =>
        Store.PutAsync(key, new MemoryStream(bytes), new PutOptions { ContentType = contentType }, Cancel);

    protected async Task<byte[]> ReadAsync(string key, ByteRange? range = null)
    {
        await using var content = await Store.GetAsync(key, range, Cancel);
        using var bytes = new MemoryStream();
        await content.Stream.CopyToAsync(bytes, Cancel);
        return bytes.ToArray();
    }

    protected async Task<List<string>> KeysAsync(string prefix = "")
    {
        var keys = new List<string>();
        await foreach (var info in Store.ListAsync(prefix, Cancel))
            keys.Add(info.Key);

        return keys;
    }

    /// <summary>Compares all properties. The times may differ, because a put uses this machine's clock and the store its own.</summary>
    protected static void ShouldBeSame(StoredObject actual, StoredObject expected)
    {
        (actual with { ModifiedAt = expected.ModifiedAt }).ShouldBe(expected);
        actual.ModifiedAt.ShouldBe(expected.ModifiedAt, ClockSkew);
    }

    protected string NewFile(byte[] bytes)
    {
        var path = Path.Join(Scratch, Guid.NewGuid().ToString("N"));
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
