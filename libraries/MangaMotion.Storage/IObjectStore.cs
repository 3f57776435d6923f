namespace MangaMotion.Storage;

/// <summary>
/// Objects by key. Every implementation passes the one conformance suite. Keys are relative paths of
/// <c>[A-Za-z0-9._-]</c> segments joined by <c>/</c>, made by us, never a caller's file name.
/// A store that cannot be reached throws an <see cref="IOException"/> (retry helps); a missing object throws
/// <see cref="ObjectNotFoundException"/> (retry does not).
/// </summary>
public interface IObjectStore
{
    /// <summary>Stores the stream, never buffering it whole. The object appears whole and verified, or not at all.</summary>
    /// <exception cref="ObjectTooLargeException">The stream is longer than <see cref="PutOptions.MaxLength"/>.</exception>
    /// <exception cref="ObjectMismatchException">The stored bytes are not of the expected length or SHA-256.</exception>
    Task<StoredObject> PutAsync(string key, Stream content, PutOptions options, CancellationToken cancellationToken);

    /// <summary>Stores a local file; a disk store may move it instead of copying, so the file is the store's afterwards.</summary>
    Task<StoredObject> PutFileAsync(string key, string path, PutOptions options, CancellationToken cancellationToken);

    /// <summary>Opens the object, or bytes <c>[from, to]</c> of it (both inclusive, as in HTTP).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The object has no byte in the range.</exception>
    Task<ObjectContent> GetAsync(string key, ByteRange? range, CancellationToken cancellationToken);

    /// <summary>Brings the object to a local path that does not exist yet; a disk store may link instead of copying, so treat it as read-only.</summary>
    /// <param name="maxLength">Bytes above which nothing is fetched; null for any number.</param>
    /// <exception cref="ObjectTooLargeException">The object is longer than <paramref name="maxLength"/>.</exception>
    Task<StoredObject> FetchAsync(string key, string path, long? maxLength, CancellationToken cancellationToken);

    /// <summary>What is known about the object, or null where there is none.</summary>
    Task<StoredObject?> HeadAsync(string key, CancellationToken cancellationToken);

    /// <summary>
    /// The objects whose key starts with the prefix, in the order of their keys: key, length and time. Content type and SHA-256 may
    /// be missing (empty, null), because S3 tells them only object by object: ask <see cref="HeadAsync"/>.
    /// </summary>
    IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Deletes the objects; one that is not there is no error.</summary>
    Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken);

    /// <summary>Copies within the store, content type and SHA-256 included.</summary>
    Task<StoredObject> CopyAsync(string from, string to, CancellationToken cancellationToken);

    /// <summary>A link by which anyone may read the object for a while, or null where the store has no such links (disk).</summary>
    Uri? PresignGet(string key, PresignGetOptions options);

    /// <summary>A link by which anyone may store exactly this key, type and length for a while, or null (disk).</summary>
    Uri? PresignPut(string key, PresignPutOptions options);

    /// <summary>
    /// Makes what the store needs (folder, bucket) where it is missing, and throws when the store cannot be reached or written to.
    /// Called at start and by readiness.
    /// </summary>
    Task CheckAsync(CancellationToken cancellationToken);
}

/// <summary>One object as the store knows it.</summary>
/// <param name="Sha256">Lower-case hex; null for an object that was not put by us (a presigned upload).</param>
public sealed record StoredObject(string Key, long Length, string ContentType, string? Sha256, DateTimeOffset ModifiedAt);

public sealed record PutOptions
{
    internal const int MaxContentTypeLength = 200;

    public required string ContentType { get; init; }

    public long? ExpectedLength { get; init; }

    /// <summary>Lower-case hex.</summary>
    public string? ExpectedSha256 { get; init; }

    /// <summary>Bytes after which the stream is refused.</summary>
    public long? MaxLength { get; init; }

    /// <exception cref="ArgumentException">The content type cannot be a header.</exception>
    internal static void Validate(PutOptions options)
    {
        if (options.ContentType.Length is 0 or > MaxContentTypeLength || options.ContentType.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            throw new ArgumentException($"A content type is 1 to {MaxContentTypeLength} printable ASCII characters.", nameof(options));
    }
}

/// <summary>Bytes from <paramref name="From"/> to <paramref name="To"/>, both inclusive; no <paramref name="To"/> means to the end.</summary>
public readonly record struct ByteRange(long From, long? To)
{
    /// <summary>The part of the object that is meant; a range may end beyond the object, as in HTTP.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The object has no byte in the range.</exception>
    public (long Start, long Length) Within(StoredObject info)
    {
        if (From < 0 || From >= info.Length || To < From)
            throw new ArgumentOutOfRangeException(nameof(info), $"Object '{info.Key}' of {info.Length} bytes has none in the range {From}-{To}.");

        return (From, Math.Min(To ?? long.MaxValue, info.Length - 1) - From + 1);
    }
}

public sealed record PresignGetOptions(TimeSpan Lifetime)
{
    /// <summary>Name offered to a browser that saves the object; encoded safely.</summary>
    public string? DownloadName { get; init; }
}

public sealed record PresignPutOptions(TimeSpan Lifetime, string ContentType, long Length);

/// <summary>An open object. Dispose it to free the connection.</summary>
public sealed class ObjectContent(StoredObject info, Stream stream, IDisposable? owner = null) : IAsyncDisposable
{
    public StoredObject Info { get; } = info;

    public Stream Stream { get; } = stream;

    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync();
        owner?.Dispose();
    }
}

public sealed class ObjectNotFoundException(string key) : Exception($"No object '{key}' in the store.")
{
    public string Key { get; } = key;
}

/// <param name="length">Of the object in bytes; null for a stream that was left at the limit.</param>
public sealed class ObjectTooLargeException(string key, long limit, long? length = null) : Exception($"Object '{key}' is longer than the limit of {limit} bytes.")
{
    public long Limit { get; } = limit;

    public long? Length { get; } = length;

    internal static void ThrowIfAbove(long? limit, StoredObject info)
    {
        if (info.Length > limit)
            throw new ObjectTooLargeException(info.Key, limit.Value, info.Length);
    }
}

public sealed class ObjectMismatchException(string key, string what) : IOException($"Object '{key}' was not stored as sent: {what}.");
