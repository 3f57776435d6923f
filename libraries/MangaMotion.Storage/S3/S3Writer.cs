using System.Buffers;
using Amazon.S3;
using Amazon.S3.Model;

namespace MangaMotion.Storage.S3;

/// <summary>
/// Stores streams: one PUT up to the size of a part, a multipart upload above. S3 takes metadata only when an upload begins, so content
/// whose SHA-256 is not known before its end is uploaded to a staging key and committed by a copy within the store.
/// </summary>
internal sealed class S3Writer(S3Requests requests, S3StorageOptions options)
{
    private const int SmallestBuffer = 64 * 1024;
    private const int Growth = 16;

    /// <summary>Not the shared pool, which keeps an array of 8 MiB for every thread that has returned one.</summary>
    internal static readonly ArrayPool<byte> Buffers = ArrayPool<byte>.Create(maxArrayLength: 64 * 1024 * 1024, maxArraysPerBucket: 8);

    public async Task<StoredObject> PutAsync(string key, Stream content, PutOptions put, CancellationToken cancellationToken)
    {
        using var incoming = new IncomingContent(key, content, put);
        var expected = put.ExpectedLength ?? (content.CanSeek ? content.Length - content.Position : SmallestBuffer - 1);
        var (buffer, length) = await ReadPartAsync(incoming, expected, cancellationToken);
        if (length == options.PartSize)
            return await PutPartsAsync(key, incoming, buffer, put, cancellationToken);

        try
        {
            var sha256 = incoming.Complete();
            await PutWholeAsync(key, buffer, length, put.ContentType, sha256, cancellationToken);
            return Stored(key, length, put.ContentType, sha256);
        }
        finally
        {
            Buffers.Return(buffer);
        }
    }

    /// <summary>Reads one part, or the rest, into a pooled buffer that grows: most objects are far smaller than a part.</summary>
    private async Task<(byte[] Buffer, int Length)> ReadPartAsync(
        IncomingContent incoming, long expected, CancellationToken cancellationToken)
    {
        // One byte more than expected, so that the end is found without growing.
        var buffer = Rent(expected + 1);
        var length = 0;
        try
        {
            while (true)
            {
                var room = Math.Min(buffer.Length, options.PartSize) - length;
                var read = await incoming.FillAsync(buffer.AsMemory(length, room), cancellationToken);
                length += read;
                if (read < room || length == options.PartSize)
                    return (buffer, length);

                var larger = Rent((long)Growth * buffer.Length);
                buffer.AsSpan(0, length).CopyTo(larger);
                Buffers.Return(buffer);
                buffer = larger;
            }
        }
        catch
        {
            Buffers.Return(buffer);
            throw;
        }
    }

    private Task<PutObjectResponse> PutWholeAsync(
        string key, byte[] buffer, int length, string contentType, string sha256, CancellationToken cancellationToken) =>
        requests.SendAsync(
            key,
            (client, cancel) =>
            {
                // Without chunk encoding, the request carries the hash of its body and the server verifies it.
                var request = new PutObjectRequest
                {
                    BucketName = options.Bucket,
                    Key = key,
                    ContentType = contentType,
                    InputStream = new MemoryStream(buffer, 0, length, writable: false),
                    UseChunkEncoding = false,
                };
                request.Metadata[S3ObjectStore.Sha256Metadata] = sha256;
                return client.PutObjectAsync(request, cancel);
            },
            cancellationToken);

    private async Task<StoredObject> PutPartsAsync(
        string key, IncomingContent incoming, byte[] first, PutOptions put, CancellationToken cancellationToken)
    {
        if (put.ExpectedSha256 is not null)
        {
            var sha256 = await UploadAsync(key, incoming, first, put, cancellationToken);
            return Stored(key, incoming.Length, put.ContentType, sha256);
        }

        var staging = $"{S3ObjectStore.StagingPrefix}{Guid.NewGuid():N}";
        try
        {
            var sha256 = await UploadAsync(staging, incoming, first, put, cancellationToken);
            await CommitAsync(staging, key, put.ContentType, sha256, cancellationToken);
            return Stored(key, incoming.Length, put.ContentType, sha256);
        }
        finally
        {
            await RemoveAsync(staging);
        }
    }

    private async Task<string> UploadAsync(
        string key, IncomingContent incoming, byte[] first, PutOptions put, CancellationToken cancellationToken)
    {
        var buffer = first;
        var length = options.PartSize;
        S3Upload upload;
        try
        {
            upload = await S3Upload.StartAsync(
                requests, options, key, put.ContentType, put.ExpectedSha256?.ToLowerInvariant(), cancellationToken);
        }
        catch
        {
            Buffers.Return(buffer);
            throw;
        }

        await using (upload)
        {
            while (true)
            {
                await upload.SendPartAsync(buffer, length);
                if (length < options.PartSize)
                    break;

                (buffer, length) = await ReadPartAsync(incoming, options.PartSize - 1, cancellationToken);
                if (length == 0)
                {
                    Buffers.Return(buffer);
                    break;
                }
            }

            var sha256 = incoming.Complete();
            await upload.CompleteAsync(cancellationToken);
            return sha256;
        }
    }

    private Task<CopyObjectResponse> CommitAsync(
        string staging, string key, string contentType, string sha256, CancellationToken cancellationToken) =>
        requests.SendAsync(
            staging,
            (client, cancel) =>
            {
                var request = new CopyObjectRequest
                {
                    SourceBucket = options.Bucket,
                    SourceKey = staging,
                    DestinationBucket = options.Bucket,
                    DestinationKey = key,
                    MetadataDirective = S3MetadataDirective.REPLACE,
                    ContentType = contentType,
                };
                request.Metadata[S3ObjectStore.Sha256Metadata] = sha256;
                return client.CopyObjectAsync(request, cancel);
            },
            cancellationToken);

    private async Task RemoveAsync(string staging)
    {
        // Not the caller's token, whose cancellation may have ended the put.
        using var limit = new CancellationTokenSource(options.RequestTimeout);
        try
        {
            await requests.SendAsync(
                staging,
                (client, cancel) =>
                    client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = options.Bucket, Key = staging }, cancel),
                limit.Token);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The outcome of the put is known; the lifecycle rule of the bucket deletes the staging object.
        }
    }

    private byte[] Rent(long length) => Buffers.Rent((int)Math.Min(length, options.PartSize));

    private static StoredObject Stored(string key, long length, string contentType, string sha256) =>
        new(key, length, contentType, sha256, DateTimeOffset.UtcNow);
}
