using System.Security.Cryptography;
using MangaMotion.ServiceDefaults.Problems;
using MangaMotion.Storage;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MangaMotion.Ingest.Accepting.Uploads;

/// <summary>
/// Appends to resumable uploads. A request body becomes parts of at most 4 MiB, each an object with a row of its own, so a crash loses at
/// most the part that is being sent, and any object store will do. The parts become one object when an ingest or a video uses the upload.
/// </summary>
internal sealed class ResumableUploads(
    UploadStore uploads, IObjectStore store, StoredFiles stored, IOptions<IngestOptions> options, IHostApplicationLifetime lifetime)
{
    /// <summary>Bytes of a part. Below the smallest part of an S3 multipart upload (5 MiB), so a part is one PUT.</summary>
    private const int PartSize = 4 << 20;

    /// <summary>Parts of one upload: a client that sends very little with each request must not fill the table.</summary>
    private const int MaxParts = 20_000;

    private const string ContentType = "application/octet-stream";

    /// <summary>Appends the body. Without checksum, every stored part counts even if the body breaks off later.</summary>
    /// <param name="checksum">Digest of the whole body; with it, all of the body counts or nothing.</param>
    /// <returns>The upload with its new parts.</returns>
    /// <exception cref="ProblemException">
    /// 409: the upload does not end at the offset. 460: the checksum does not match. 503: the service stops.
    /// </exception>
    public async Task<Upload> AppendAsync(Upload upload, long offset, Stream body, (IncrementalHash Hash, byte[] Expected)? checksum)
    {
        var parts = new List<UploadPart>();
        try
        {
            while (offset < upload.Size)
            {
                await using var source = new BodyPart(
                    body, Math.Min(PartSize, upload.Size - offset), checksum?.Hash, lifetime.ApplicationStopping);
                if (await StoreAsync(upload, offset, source) is { } part)
                {
                    parts.Add(part);
                    offset += part.Length;
                    if (checksum is null)
                    {
                        upload = await CommitAsync(upload, parts);
                        parts.Clear();
                    }
                }

                if (source.IsBroken)
                    throw Broken();
                if (source.HasEnded)
                    break;
            }

            if (checksum is var (hash, expected) && !hash.GetHashAndReset().AsSpan().SequenceEqual(expected))
            {
                throw new ProblemException(460, "checksum_mismatch",
                    "The bytes of this request do not have the checksum of its header. They were discarded; send them again.");
            }

            return parts.Count == 0 ? upload : await CommitAsync(upload, parts);
        }
        catch (Exception exception) when (exception is not NpgsqlException)
        {
            // After a broken database connection the parts may be committed; the orphan sweep deletes them if they are not.
            await stored.RemoveAsync([.. parts.Select(part => part.Key)], "a part of an upload that was not accepted");
            throw;
        }
    }

    private async Task<UploadPart?> StoreAsync(Upload upload, long offset, BodyPart source)
    {
        var key = $"{upload.Key}/{offset}-{RandomNumberGenerator.GetHexString(16, lowercase: true)}";

        // Not the request's token: the bytes before a break are stored.
        var part = await store.PutAsync(key, source, new() { ContentType = ContentType }, CancellationToken.None);
        if (part.Length > 0)
            return new(offset, part.Length, key);
        await stored.RemoveAsync([key], "an empty part of an upload");
        return null;
    }

    private async Task<Upload> CommitAsync(Upload upload, List<UploadPart> parts) =>
        await uploads.AppendAsync(upload, parts, options.Value.UploadLifetime, MaxParts, CancellationToken.None)
        ?? throw new ProblemException(409, "upload_offset",
            $"Upload {upload.Id} does not end at byte {parts[0].Start}, or has more than {MaxParts} parts. Ask for its offset by HEAD.");

    /// <summary>Answer to a client that is still there. Its bytes are kept, unless it sent a checksum.</summary>
    private static ProblemException Broken() =>
        new(503, "upload_interrupted", "The request was interrupted. Ask for the offset by HEAD and send the rest.")
        {
            RetryAfter = TimeSpan.FromSeconds(1),
        };
}
