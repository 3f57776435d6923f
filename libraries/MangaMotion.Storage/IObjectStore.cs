namespace MangaMotion.Storage;

/// <summary>
/// Stores objects by key. All implementations pass one conformance suite. Keys are relative paths of <c>[A-Za-z0-9._-]</c> segments joined
/// by <c>/</c>; the services generate them, and a caller's file name is never part of one. A store that cannot be reached throws an
/// <see cref="IOException"/>, and a retry can help. A missing object throws <see cref="ObjectNotFoundException"/>, and a retry cannot help.
/// </summary>
public interface IObjectStore
{
    /// <summary>Stores the stream without buffering all of it. The object appears complete and verified, or not at all.</summary>
    /// <exception cref="ObjectTooLargeException">The stream is longer than <see cref="PutOptions.MaxLength"/>.</exception>
    /// <exception cref="ObjectMismatchException">The bytes do not have the expected length or SHA-256.</exception>
    Task<StoredObject> PutAsync(string key, Stream content, PutOptions options, CancellationToken cancellationToken);

    /// <summary>Stores a local file. The file belongs to the store afterwards: a disk store moves it instead of copying.</summary>
    Task<StoredObject> PutFileAsync(string key, string path, PutOptions options, CancellationToken cancellationToken);

    /// <summary>Opens the object, or its bytes <c>[from, to]</c>, both inclusive as in HTTP.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The object has no byte in the range.</exception>
    Task<ObjectContent> GetAsync(string key, ByteRange? range, CancellationToken cancellationToken);

    /// <summary>
    /// Copies the object to a local path that does not exist yet. A disk store shares the blocks where the file system has reflinks.
    /// </summary>
    /// <param name="maxLength">Longest object in bytes; null for no limit.</param>
    /// <exception cref="ObjectTooLargeException">The object is longer than <paramref name="maxLength"/>.</exception>
    Task<StoredObject> FetchAsync(string key, string path, long? maxLength, CancellationToken cancellationToken);

    /// <summary>Describes the object, or returns null if it does not exist.</summary>
    Task<StoredObject?> HeadAsync(string key, CancellationToken cancellationToken);

    /// <summary>
    /// Lists the objects whose key starts with the prefix, in the order of their keys: key, length and time. Content type may be empty and
    /// SHA-256 null, because S3 returns them only for single objects: use <see cref="HeadAsync"/> for these.
    /// </summary>
    IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Deletes the objects. A missing object is no error.</summary>
    Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken);

    /// <summary>Copies within the store, content type and SHA-256 included.</summary>
    Task<StoredObject> CopyAsync(string from, string to, CancellationToken cancellationToken);

    /// <summary>Signs a link by which anyone can read the object until it expires. Null for a disk store, which has no links.</summary>
    Uri? PresignGet(string key, PresignGetOptions options);

    /// <summary>
    /// Signs a link by which anyone can store an object of this key, type and length until it expires. Null for a disk store.
    /// </summary>
    Uri? PresignPut(string key, PresignPutOptions options);

    /// <summary>
    /// Creates the folder or bucket of the store if it is missing, and throws if the store cannot be reached or written to. Called at
    /// start and by the readiness check.
    /// </summary>
    Task CheckAsync(CancellationToken cancellationToken);
}

/// <summary>Description of one object.</summary>
/// <param name="Sha256">Lower-case hex; null for an object that a caller stored by a presigned link.</param>
public sealed record StoredObject(string Key, long Length, string ContentType, string? Sha256, DateTimeOffset ModifiedAt);

public sealed record PutOptions
{
    internal const int MaxContentTypeLength = 200;

    public required string ContentType { get; init; }

    public long? ExpectedLength { get; init; }

    /// <summary>Lower-case hex.</summary>
    public string? ExpectedSha256 { get; init; }

    /// <summary>Longest stream in bytes; null for no limit.</summary>
    public long? MaxLength { get; init; }

    /// <exception cref="ArgumentException">The content type is not valid as a header.</exception>
    internal static void Validate(PutOptions options)
    {
        if (options.ContentType.Length is 0 or > MaxContentTypeLength || options.ContentType.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            throw new ArgumentException($"A content type is 1 to {MaxContentTypeLength} printable ASCII characters.", nameof(options));
    }
}

/// <summary>
/// Bytes from <paramref name="From"/> to <paramref name="To"/>, both inclusive; without <paramref name="To"/> to the end.
/// </summary>
public readonly record struct ByteRange(long From, long? To)
{
    /// <summary>Start and length of the range within the object. As in HTTP, a range may end beyond the object.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The object has no byte in the range.</exception>
    public (long Start, long Length) Within(StoredObject info)
    {
        if (From < 0 || From >= info.Length || To < From)
            throw new ArgumentOutOfRangeException(
                nameof(info), $"Object '{info.Key}' of {info.Length} bytes has no byte in the range {From}-{To}.");

        return (From, Math.Min(To ?? long.MaxValue, info.Length - 1) - From + 1);
    }
}

public sealed record PresignGetOptions(TimeSpan Lifetime)
{
    /// <summary>File name that a browser uses to save the object.</summary>
    public string? DownloadName { get; init; }

    /// <summary>Whether the link answers HEAD and not GET. S3 signs the method of a link.</summary>
    public bool HeadOnly { get; init; }
}

public sealed record PresignPutOptions(TimeSpan Lifetime, string ContentType, long Length);

/// <summary>An open object. Disposing it frees the connection.</summary>
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

/// <param name="length">Length of the object in bytes; null for a stream that was read only up to the limit.</param>
public sealed class ObjectTooLargeException(string key, long limit, long? length = null)
    : Exception($"Object '{key}' is longer than the limit of {limit} bytes.")
{
    public long Limit { get; } = limit;

    public long? Length { get; } = length;

    internal static void ThrowIfAbove(long? limit, StoredObject info)
    {
        if (info.Length > limit)
            throw new ObjectTooLargeException(info.Key, limit.Value, info.Length);
    }
}

public sealed class ObjectMismatchException(string key, string what) : IOException($"Object '{key}' was not stored: {what}.");
