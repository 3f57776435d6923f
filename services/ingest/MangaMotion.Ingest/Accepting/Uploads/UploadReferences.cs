using System.Text.Json;
using MangaMotion.Ingest.Accepting.Idempotency;
using MangaMotion.Ingest.Accepting.Ingests;
using MangaMotion.Ingest.Api;
using MangaMotion.Media.Sniffing;
using MangaMotion.ServiceDefaults.Problems;
using MangaMotion.Storage;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace MangaMotion.Ingest.Accepting.Uploads;

/// <summary>
/// Reads a request that refers to uploads. Each upload is read once, into a final place that no link reaches. Its bytes are counted,
/// hashed and sniffed on the way, so the holder of a link cannot change bytes after they were checked.
/// </summary>
public sealed class UploadReferences(UploadStore uploads, IObjectStore store, UploadSlots slots, IOptions<IngestOptions> options)
{
    private const int BytesPerReference = 1_024;
    private const string AnyType = "application/octet-stream";
    private const string Uploads = "uploads";
    private const string Payload = "payload";
    private const string Shape = "{\"upload_id\":…}";
    private readonly IngestOptions _options = options.Value;

    /// <summary>
    /// Reads the fields, and stores the uploads and then the payload. Each stored file is added to <paramref name="stored"/> at once, so
    /// that the caller can delete it if this throws.
    /// </summary>
    /// <param name="ingestId">Id of the new ingest; null reads the request for its fingerprint only and stores nothing.</param>
    /// <exception cref="ProblemException">The request is malformed, or an upload is missing, incomplete or not as announced.</exception>
    public async Task ReadAsync(
        Submission submission, Guid? ingestId, List<UploadedFile> stored, IngestRequest fields, Fingerprint fingerprint,
        CancellationToken cancellationToken)
    {
        using var document = await ParseAsync(submission.Request, cancellationToken);
        fingerprint.Add(document.RootElement.GetRawText());
        if (ingestId is not { } id)
            return;
        var wanted = ReadMembers(document.RootElement, fields);
        if (wanted.Count(reference => !reference.IsPayload) > _options.MaxFiles)
        {
            throw new ProblemException(
                413, "too_many_files", $"The request has more than {_options.MaxFiles} files (Ingest__MaxFiles); split it.");
        }

        if (wanted.DistinctBy(reference => reference.Id).Count() != wanted.Count)
            throw IngestRequest.Invalid(Uploads, "names an upload twice");
        if (wanted.Count == 0)
            return;

        var known = await uploads.FindAsync(submission.OwnerId, [.. wanted.Select(reference => reference.Id)], cancellationToken);
        foreach (var reference in wanted)
        {
            if (!known.TryGetValue(reference.Id, out var upload))
            {
                throw new ProblemException(
                    404, "unknown_upload", $"There is no upload {reference.Id}, it has expired, or it is not yours.");
            }

            if (upload.Consumed)
                throw UploadStore.Consumed($"Upload {upload.Id}");
            if (upload.Received < upload.Size)
            {
                throw new ProblemException(409, "upload_incomplete",
                    $"Upload {upload.Id} has {upload.Received} of {upload.Size} bytes. "
                    + $"Send the rest to /api/v1/uploads/tus/{upload.Id} first.");
            }
        }

        await StoreAllAsync(wanted, known, id, stored, cancellationToken);
    }

    private static List<Reference> ReadMembers(JsonElement body, IngestRequest fields)
    {
        List<Reference> wanted = [];
        foreach (var property in body.EnumerateObject().Where(property => property.Value.ValueKind != JsonValueKind.Null))
        {
            switch (property.Name)
            {
                case Uploads:
                    wanted.InsertRange(0, ReadReferences(property.Value));
                    break;
                case Payload when wanted.Exists(reference => reference.IsPayload):
                    throw IngestRequest.Invalid(Payload, "was sent twice; send all records of a request as one payload");
                case Payload:
                    wanted.Add(ReadReference(property.Value) is { } reference
                        ? reference with { IsPayload = true }
                        : throw IngestRequest.Invalid(Payload, $"must be an upload of JSON records, as {Shape}"));
                    break;
                default:
                    var isText = property.Value.ValueKind == JsonValueKind.String;
                    fields.Set(property.Name, isText ? property.Value.GetString()! : property.Value.GetRawText());
                    break;
            }
        }

        return wanted;
    }

    private async Task StoreAllAsync(
        List<Reference> wanted, Dictionary<Guid, Upload> known, Guid ingestId, List<UploadedFile> stored,
        CancellationToken cancellationToken)
    {
        var files = new UploadedFile?[wanted.Count];
        using var small = new ParallelUploads(slots, cancellationToken);
        try
        {
            await small.RunAsync(async failed =>
            {
                foreach (var (place, reference) in wanted.Index())
                {
                    if (known[reference.Id].Size < UploadReader.LargeFile)
                        await small.AddAsync(cancel => StoreAtAsync(place, reference, cancel));
                    else
                        await StoreAtAsync(place, reference, failed);
                }
            });
        }
        finally
        {
            stored.AddRange(files.OfType<UploadedFile>());
        }

        async Task StoreAtAsync(int place, Reference reference, CancellationToken cancel) =>
            files[place] = await StoreAsync(known[reference.Id], reference, ingestId, cancel);
    }

    private async Task<JsonDocument> ParseAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        // The body is held in memory, so its limit is the size of the references and fields that it may hold.
        var limit = (long)_options.MaxFiles * BytesPerReference + _options.MaxFieldBytes;
        if (request.ContentLength > limit)
        {
            throw new ProblemException(413, "request_too_large",
                $"The request declares {request.ContentLength} bytes; the limit for references is {limit} (Ingest__MaxFiles).");
        }

        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = limit;
        JsonDocument? document = null;
        try
        {
            document = await JsonDocument.ParseAsync(request.Body, default, cancellationToken);
            TextValidation.Check(document.RootElement);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document
                : throw new ProblemException(400, "invalid_json", "The body must be a JSON object with 'uploads' or 'ingest_id'.");
        }
        catch (Exception exception)
        {
            document?.Dispose();
            if (exception is JsonException jsonException)
                throw new ProblemException(400, "invalid_json", $"The body is not JSON: {JsonFault.Describe(jsonException)}.");
            throw;
        }
    }

    private static List<Reference> ReadReferences(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
            throw IngestRequest.Invalid("uploads", "must be an array of " + Shape);
        var references = new List<Reference>();
        foreach (var item in value.EnumerateArray())
        {
            references.Add(ReadReference(item)
                ?? throw IngestRequest.Invalid("uploads", $"must be an array of {Shape}; item {references.Count} is not"));
        }

        return references;
    }

    /// <summary>Reads a reference; null if the element is not one.</summary>
    private static Reference? ReadReference(JsonElement item) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty("upload_id", out var id)
            && id.ValueKind == JsonValueKind.String && id.TryGetGuid(out var upload)
            ? new(upload, item.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null)
            : null;

    private async Task<UploadedFile> StoreAsync(Upload upload, Reference reference, Guid ingestId, CancellationToken cancellationToken)
    {
        var parts = upload.Received is null
            ? [new(0, upload.Size, upload.Key)]
            : await uploads.ListPartsAsync(upload.Id, cancellationToken);
        await using (var source = new PartStream(store, parts))
        await using (var content = new UploadStream(source, fromCaller: false))
        {
            var head = await PeekAsync(upload, content, cancellationToken);
            var sniffed = reference.IsPayload ? CheckPayload(upload, head.Span) : MediaSniffer.Sniff(head.Span).Type?.Name;
            if (sniffed is not null && upload.ContentType != AnyType && KindOf(sniffed) != KindOf(upload.ContentType))
                throw Mismatch(upload, $"it is {sniffed} by its first bytes");

            var assetId = Guid.CreateVersion7();
            var key = $"originals/{ingestId:N}/{assetId:N}";
            var put = new PutOptions { ContentType = sniffed ?? AnyType, ExpectedLength = upload.Size, ExpectedSha256 = upload.Sha256 };
            try
            {
                var kept = await store.PutAsync(key, content, put, cancellationToken);
                var name = reference.Name is null ? upload.Name : UploadReader.CleanName(reference.Name);
                return new(assetId, name, key, kept.Length, kept.Sha256!, sniffed, reference.IsPayload)
                {
                    UploadId = upload.Id,
                    UploadKeys = [.. parts.Select(part => part.Key)],
                };
            }
            catch (ObjectMismatchException exception)
            {
                throw Mismatch(upload, exception.Message);
            }
        }
    }

    private static async Task<ReadOnlyMemory<byte>> PeekAsync(Upload upload, UploadStream content, CancellationToken cancellationToken)
    {
        try
        {
            return await content.PeekAsync(MediaSniffer.HeadLength, cancellationToken);
        }
        catch (ObjectNotFoundException)
        {
            throw new ProblemException(409, "upload_missing", $"Upload {upload.Id} is empty: nothing was sent to its link yet.");
        }
    }

    /// <summary>Checks the first bytes of a payload and returns its media type. The worker checks the rest.</summary>
    private static string CheckPayload(Upload upload, ReadOnlySpan<byte> head) => PayloadHead.FindError(head) is { } error
        ? throw new ProblemException(400, "invalid_payload", $"The payload, upload {upload.Id}, {error}.")
        : "application/json";

    /// <summary>Returns <c>image</c> of <c>image/png</c>: subtypes have too many names to be compared.</summary>
    private static string KindOf(string type) => type.Split('/')[0].ToLowerInvariant();

    private static ProblemException Mismatch(Upload upload, string what) => new(
        422, "upload_mismatch",
        $"Upload {upload.Id} is not what was announced ({upload.Size} bytes of {upload.ContentType}): {what.TrimEnd('.')}.");

    private sealed record Reference(Guid Id, string? Name, bool IsPayload = false);
}
