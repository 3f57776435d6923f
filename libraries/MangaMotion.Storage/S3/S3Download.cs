using System.Buffers;
using System.Security.Cryptography;
using Amazon.S3.Model;

namespace MangaMotion.Storage.S3;

/// <summary>Downloads one object to a file, and resumes after a broken connection.</summary>
internal sealed class S3Download(S3Requests requests, S3StorageOptions options, string key, long? maxLength) : IDisposable
{
    private const int BufferSize = 128 * 1024;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private StoredObject? _info;
    private string? _version;
    private long _written;

    /// <exception cref="IOException">The store failed too often, or the bytes do not have the stored SHA-256.</exception>
    public async Task<StoredObject> ToFileAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
        var info = await requests.RetryAsync(key, cancel => ContinueAsync(file, cancel), cancellationToken);

        var sha256 = Convert.ToHexStringLower(_hash.GetHashAndReset());
        if (info.Sha256 is not null && info.Sha256 != sha256)
        {
            throw new IOException(
                $"Object '{key}' was damaged on the way from bucket '{options.Bucket}': its SHA-256 is {sha256}, {info.Sha256} expected.");
        }

        return info;
    }

    public void Dispose() => _hash.Dispose();

    private async Task<StoredObject> ContinueAsync(FileStream file, CancellationToken cancellationToken)
    {
        if (_info is not null && _written == _info.Length)
            return _info;

        var request = new GetObjectRequest { BucketName = options.Bucket, Key = key, EtagToMatch = _version };
        if (_written > 0)
            request.ByteRange = new Amazon.S3.Model.ByteRange(_written, _info!.Length - 1);

        using var response = await requests.SendOnceAsync((client, cancel) => client.GetObjectAsync(request, cancel), cancellationToken);
        _info ??= S3ObjectStore.Describe(response, response.ContentLength);
        ObjectTooLargeException.ThrowIfAbove(maxLength, _info);
        _version = response.ETag;
        await using var body = new DownloadStream(key, response.ResponseStream, response.ContentLength, options);
        await CopyAsync(body, file, cancellationToken);
        return _info;
    }

    private async Task CopyAsync(Stream body, FileStream file, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            int read;
            while ((read = await body.ReadAsync(buffer, cancellationToken)) > 0)
            {
                file.Write(buffer, 0, read);
                _hash.AppendData(buffer, 0, read);
                _written += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
