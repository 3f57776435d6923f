using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Amazon.S3.Model;
using Microsoft.Extensions.Options;

namespace MangaMotion.Storage.S3;

/// <summary>
/// Stores objects in one bucket of an S3-compatible store. Requests are retried if that can help; bodies are verified in both directions.
/// </summary>
/// <remarks>
/// A put that fails after its last byte was sent may have stored the object, complete and verified, but never a part of it.
/// </remarks>
public sealed class S3ObjectStore : IObjectStore, IDisposable
{
    /// <summary>Prefix of internal keys. It is invalid in the keys of callers.</summary>
    internal const string HiddenPrefix = "~";
    internal const string StagingPrefix = HiddenPrefix + "staging/";
    internal const string Sha256Metadata = "x-amz-meta-sha256";

    private const int MaxKeysPerDelete = 1000;

    private readonly S3StorageOptions _options;
    private readonly S3Requests _requests;
    private readonly S3Bucket _bucket;
    private readonly S3Links _links;
    private readonly S3Writer _writer;

    public S3ObjectStore(IOptions<StorageOptions> options)
    {
        _options = options.Value.S3;
        _requests = new S3Requests(_options);
        _bucket = new S3Bucket(_requests, _options);
        _links = new S3Links(_options);
        _writer = new S3Writer(_requests, _options);
    }

    public Task<StoredObject> PutAsync(string key, Stream content, PutOptions options, CancellationToken cancellationToken)
    {
        ObjectKey.Validate(key);
        PutOptions.Validate(options);
        return _writer.PutAsync(key, content, options, cancellationToken);
    }

    public async Task<StoredObject> PutFileAsync(string key, string path, PutOptions options, CancellationToken cancellationToken)
    {
        ObjectKey.Validate(key);
        await using var file = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous);

        // A file can be read twice, which saves the staging key and the copy.
        if (options.ExpectedSha256 is null && file.Length >= _options.PartSize)
        {
            var sha256 = await SHA256.HashDataAsync(file, cancellationToken);
            options = options with { ExpectedSha256 = Convert.ToHexStringLower(sha256) };
            file.Position = 0;
        }

        return await PutAsync(key, file, options, cancellationToken);
    }

    public async Task<ObjectContent> GetAsync(string key, ByteRange? range, CancellationToken cancellationToken)
    {
        ObjectKey.Validate(key);
        if (range is { } wanted)
            return await GetRangeAsync(key, wanted, cancellationToken);

        var request = new GetObjectRequest { BucketName = _options.Bucket, Key = key };
        var response = await _requests.SendAsync(key, (client, cancel) => client.GetObjectAsync(request, cancel), cancellationToken);
        return Content(response, Describe(response, response.ContentLength));
    }

    public async Task<StoredObject?> HeadAsync(string key, CancellationToken cancellationToken)
    {
        ObjectKey.Validate(key);
        try
        {
            return await HeadExistingAsync(key, cancellationToken);
        }
        catch (ObjectNotFoundException)
        {
            return null;
        }
    }

    public async Task<StoredObject> FetchAsync(string key, string path, long? maxLength, CancellationToken cancellationToken)
    {
        ObjectKey.Validate(key);
        if (File.Exists(path))
            throw new IOException($"Object '{key}' is not fetched to '{path}': the file exists already.");

        try
        {
            using var download = new S3Download(_requests, _options, key, maxLength);
            return await download.ToFileAsync(path, cancellationToken);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ObjectKey.ValidatePrefix(prefix);
        var request = new ListObjectsV2Request { BucketName = _options.Bucket, Prefix = prefix };
        ListObjectsV2Response page;
        do
        {
            page = await _requests.SendAsync(prefix, (client, cancel) => client.ListObjectsV2Async(request, cancel), cancellationToken);
            foreach (var found in page.S3Objects ?? [])
            {
                if (!found.Key.StartsWith(HiddenPrefix, StringComparison.Ordinal))
                    yield return new StoredObject(found.Key, found.Size ?? 0, "", Sha256: null, Utc(found.LastModified));
            }

            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
    }

    public async Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        foreach (var key in keys)
            ObjectKey.Validate(key);

        foreach (var chunk in keys.Chunk(MaxKeysPerDelete))
        {
            var objects = chunk.Select(key => new KeyVersion { Key = key }).ToList();
            var request = new DeleteObjectsRequest { BucketName = _options.Bucket, Quiet = true, Objects = objects };
            await _requests.SendAsync(chunk[0], (client, cancel) => client.DeleteObjectsAsync(request, cancel), cancellationToken);
        }
    }

    public async Task<StoredObject> CopyAsync(string from, string to, CancellationToken cancellationToken)
    {
        ObjectKey.Validate(from);
        ObjectKey.Validate(to);

        // S3 refuses to copy an object onto itself without a change.
        if (from != to)
        {
            await _requests.SendAsync(
                from,
                (client, cancel) => client.CopyObjectAsync(
                    new CopyObjectRequest
                    {
                        SourceBucket = _options.Bucket,
                        SourceKey = from,
                        DestinationBucket = _options.Bucket,
                        DestinationKey = to,
                    },
                    cancel),
                cancellationToken);
        }

        return await HeadExistingAsync(to, cancellationToken);
    }

    public Uri? PresignGet(string key, PresignGetOptions options) => _links.SignGet(key, options);

    public Uri? PresignPut(string key, PresignPutOptions options) => _links.SignPut(key, options);

    public Task CheckAsync(CancellationToken cancellationToken) => _bucket.CheckAsync(cancellationToken);

    public void Dispose()
    {
        _requests.Dispose();
        _links.Dispose();
    }

    internal static StoredObject Describe(GetObjectResponse response, long length) =>
        new(response.Key, length, response.Headers.ContentType, response.Metadata[Sha256Metadata], Utc(response.LastModified));

    private async Task<ObjectContent> GetRangeAsync(string key, ByteRange range, CancellationToken cancellationToken)
    {
        // Servers answer differently to a range that holds no byte, so the range is made exact first.
        var info = await HeadExistingAsync(key, cancellationToken);
        var (start, length) = range.Within(info);
        var exact = new Amazon.S3.Model.ByteRange(start, start + length - 1);
        var request = new GetObjectRequest { BucketName = _options.Bucket, Key = key, ByteRange = exact };
        var response = await _requests.SendAsync(key, (client, cancel) => client.GetObjectAsync(request, cancel), cancellationToken);
        return Content(response, Describe(response, ContentRangeHeaderValue.Parse(response.ContentRange).Length!.Value));
    }

    private ObjectContent Content(GetObjectResponse response, StoredObject info) =>
        new(info, new DownloadStream(info.Key, response.ResponseStream, response.ContentLength, _options), response);

    private async Task<StoredObject> HeadExistingAsync(string key, CancellationToken cancellationToken)
    {
        var request = new GetObjectMetadataRequest { BucketName = _options.Bucket, Key = key };
        var found = await _requests.SendAsync(key, (client, cancel) => client.GetObjectMetadataAsync(request, cancel), cancellationToken);
        return new StoredObject(
            key, found.ContentLength, found.Headers.ContentType, found.Metadata[Sha256Metadata], Utc(found.LastModified));
    }

    private static DateTimeOffset Utc(DateTime? time) => new(time?.ToUniversalTime() ?? DateTime.UnixEpoch);
}
