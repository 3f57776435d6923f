using Amazon.S3;
using Amazon.S3.Model;

namespace MangaMotion.Storage.S3;

/// <summary>
/// One multipart upload. Parts are sent in parallel while the next one is read, and nothing is visible under the key before
/// <see cref="CompleteAsync"/>. Disposing it earlier aborts the upload.
/// </summary>
internal sealed class S3Upload : IAsyncDisposable
{
    private readonly S3Requests _requests;
    private readonly S3StorageOptions _options;
    private readonly string _key;
    private readonly string _id;
    private readonly List<Task<PartETag>> _parts = [];
    private readonly SemaphoreSlim _slots;
    private readonly CancellationTokenSource _stop;
    private bool _completed;

    private S3Upload(S3Requests requests, S3StorageOptions options, string key, string id, CancellationToken cancellationToken)
    {
        _requests = requests;
        _options = options;
        _key = key;
        _id = id;
        _slots = new SemaphoreSlim(options.PartsInFlight);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    }

    /// <param name="sha256">SHA-256 of the content if known, otherwise null; metadata cannot be added later.</param>
    public static async Task<S3Upload> StartAsync(
        S3Requests requests, S3StorageOptions options, string key, string contentType, string? sha256, CancellationToken cancellationToken)
    {
        var answer = await requests.SendAsync(
            key,
            (client, cancel) =>
            {
                var request = new InitiateMultipartUploadRequest { BucketName = options.Bucket, Key = key, ContentType = contentType };
                if (sha256 is not null)
                    request.Metadata[S3ObjectStore.Sha256Metadata] = sha256;

                return client.InitiateMultipartUploadAsync(request, cancel);
            },
            cancellationToken);
        return new S3Upload(requests, options, key, answer.UploadId, cancellationToken);
    }

    /// <summary>Waits for a free slot and begins to send a part. The buffer returns to the pool in every case.</summary>
    /// <exception cref="IOException">An earlier part could not be sent.</exception>
    public async Task SendPartAsync(byte[] buffer, int length)
    {
        try
        {
            await _slots.WaitAsync(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            S3Writer.Buffers.Return(buffer);
            await Task.WhenAll(_parts);
            throw;
        }

        _parts.Add(SendAsync(_parts.Count + 1, buffer, length));
    }

    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        var parts = await Task.WhenAll(_parts);
        var tries = 0;
        await _requests.SendAsync(
            _key,
            async (client, cancel) =>
            {
                try
                {
                    tries++;
                    return await client.CompleteMultipartUploadAsync(
                        new CompleteMultipartUploadRequest
                        {
                            BucketName = _options.Bucket,
                            Key = _key,
                            UploadId = _id,
                            PartETags = [.. parts],
                        },
                        cancel);
                }
                catch (AmazonS3Exception exception) when (exception.ErrorCode == "NoSuchUpload" && tries > 1)
                {
                    // An earlier try completed the upload and its answer was lost.
                    return null;
                }
            },
            cancellationToken);
        _completed = true;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await ((Task)Task.WhenAll(_parts)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_completed)
            await AbortAsync();

        _stop.Dispose();
        _slots.Dispose();
    }

    private async Task<PartETag> SendAsync(int number, byte[] buffer, int length)
    {
        try
        {
            var answer = await _requests.SendAsync(
                _key,
                (client, cancel) => client.UploadPartAsync(
                    new UploadPartRequest
                    {
                        BucketName = _options.Bucket,
                        Key = _key,
                        UploadId = _id,
                        PartNumber = number,
                        InputStream = new MemoryStream(buffer, 0, length, writable: false),
                        PartSize = length,
                        UseChunkEncoding = false,
                    },
                    cancel),
                _stop.Token);
            return new PartETag(number, answer.ETag);
        }
        catch
        {
            await _stop.CancelAsync();
            throw;
        }
        finally
        {
            S3Writer.Buffers.Return(buffer);
            _slots.Release();
        }
    }

    private async Task AbortAsync()
    {
        // Not the caller's token, whose cancellation may have ended the upload.
        using var limit = new CancellationTokenSource(_options.RequestTimeout);
        try
        {
            await _requests.SendAsync(
                _key,
                (client, cancel) => client.AbortMultipartUploadAsync(
                    new AbortMultipartUploadRequest { BucketName = _options.Bucket, Key = _key, UploadId = _id }, cancel),
                limit.Token);
        }
        catch (Exception exception) when (exception is IOException or ObjectNotFoundException or OperationCanceledException)
        {
            // The earlier failure is reported; the lifecycle rule of the bucket deletes abandoned parts.
        }
    }
}
