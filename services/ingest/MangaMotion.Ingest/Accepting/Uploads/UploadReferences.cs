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
/// Reads an ingest that refers to direct uploads. Each is read through once into its final place, which no link reaches: so what
/// was counted, hashed and sniffed on the way is what is processed, whatever the link's holder does meanwhile.
/// </summary>
public sealed class UploadReferences(UploadStore uploads, IObjectStore store, PutTurns turns, IOptions<IngestOptions> options)
{
    private const int BytesPerReference = 1_024;
    private const string AnyType = "application/octet-stream";
    private const string Payload = "payload";
    private const string Shape = "{\"upload_id\":…}";
    private readonly IngestOptions _options = options.Value;

    /// <summary>
    /// Takes the fields, the uploads and the payload, which is the last one; files are added to <paramref name="stored"/> as it goes, so that the caller can take
    /// them away again when this throws.
    /// </summary>
    /// <param name="ingestId">Null: nothing is taken, the request is only read for its fingerprint.</param>
    /// <exception cref="ProblemException">The request is malformed, or an upload is not there or not what was announced.</exception>
    public async Task<IngestRequest> ReadAsync(
        HttpRequest request, Guid ownerId, Guid? ingestId, List<UploadedFile> stored, Fingerprint fingerprint, CancellationToken cancellationToken)
    {
        using var document = await ParseAsync(request, cancellationToken);
        fingerprint.Add(document.RootElement.GetRawText());
        if (ingestId is not { } id)
            return new();
        var fields = new IngestRequest();
        List<Reference> wanted = [];
        foreach (var property in document.RootElement.EnumerateObject().Where(property => property.Value.ValueKind != JsonValueKind.Null))
        {
            var value = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : property.Value.GetRawText();
            switch (property.Name)
            {
                case "uploads":
                    wanted.InsertRange(0, ReferencesOf(property.Value));
                    break;
                case Payload when wanted.Exists(reference => reference.IsPayload):
                    throw IngestRequest.Invalid(Payload, "was sent twice; send all records of a request as one payload");
                case Payload:
                    wanted.Add(ReferenceOf(property.Value) is { } reference
                        ? reference with { IsPayload = true }
                        : throw IngestRequest.Invalid(Payload, $"must be an upload of JSON records, as {Shape}"));
                    break;
                default:
                    fields.Set(property.Name, value);
                    break;
            }
        }

        if (wanted.Count == 0)
            throw new ProblemException(400, "no_files", "The request has no upload; send {\"uploads\":[{\"upload_id\":\"…\"}]} with those that POST /uploads gave you, JSON records as {\"payload\":{\"upload_id\":\"…\"}}.");
        if (wanted.Count(reference => !reference.IsPayload) > _options.MaxFiles)
            throw new ProblemException(413, "too_many_files", $"The request has more than {_options.MaxFiles} files (Ingest__MaxFiles); split it.");
        if (wanted.DistinctBy(reference => reference.Id).Count() != wanted.Count)
            throw IngestRequest.Invalid("uploads", "names an upload twice");

        var known = await uploads.FindAsync(ownerId, [.. wanted.Select(reference => reference.Id)], cancellationToken);
        foreach (var reference in wanted)
        {
            if (!known.TryGetValue(reference.Id, out var upload))
                throw new ProblemException(404, "unknown_upload", $"There is no upload {reference.Id}, it has expired, or it is not yours.");
            if (upload.Consumed)
                throw UploadStore.Consumed($"Upload {upload.Id}");
        }

        await TakeAllAsync(wanted, known, id, stored, cancellationToken);
        return fields;
    }

    private async Task TakeAllAsync(
        List<Reference> wanted, Dictionary<Guid, Upload> known, Guid ingestId, List<UploadedFile> stored, CancellationToken cancellationToken)
    {
        var taken = new UploadedFile?[wanted.Count];
        using var puts = new FilePuts(turns, cancellationToken);
        try
        {
            await puts.RunAsync(async failed =>
            {
                foreach (var (place, reference) in wanted.Index())
                {
                    if (known[reference.Id].Size < UploadReader.LargeFile)
                        await puts.AddAsync(cancel => TakeAtAsync(place, reference, cancel));
                    else
                        await TakeAtAsync(place, reference, failed);
                }
            });
        }
        finally
        {
            stored.AddRange(taken.OfType<UploadedFile>());
        }

        async Task TakeAtAsync(int place, Reference reference, CancellationToken cancel) =>
            taken[place] = await TakeAsync(known[reference.Id], reference, ingestId, cancel);
    }

    private async Task<JsonDocument> ParseAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        // As the body is held in memory, its limit is that of what it may hold.
        var limit = (long)_options.MaxFiles * BytesPerReference + _options.MaxFieldBytes;
        if (request.ContentLength > limit)
            throw new ProblemException(413, "request_too_large", $"The request declares {request.ContentLength} bytes; the limit for references is {limit} (Ingest__MaxFiles).");
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = limit;
        JsonDocument? document = null;
        try
        {
            document = await JsonDocument.ParseAsync(request.Body, default, cancellationToken);
            WholeTexts.Check(document.RootElement);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document
                : throw new ProblemException(400, "invalid_json", "The body must be a JSON object with 'uploads'.");
        }
        catch (Exception exception)
        {
            document?.Dispose();
            if (exception is JsonException)
                throw new ProblemException(400, "invalid_json", $"The body is not JSON: {exception.Message}");
            throw;
        }
    }

    private static List<Reference> ReferencesOf(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
            throw IngestRequest.Invalid("uploads", "must be an array of " + Shape);
        var references = new List<Reference>();
        foreach (var item in value.EnumerateArray())
        {
            references.Add(ReferenceOf(item) ?? throw IngestRequest.Invalid("uploads", $"must be an array of {Shape}; item {references.Count} is none"));
        }

        return references;
    }

    /// <summary>Null where it is none.</summary>
    private static Reference? ReferenceOf(JsonElement item) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty("upload_id", out var id) && id.ValueKind == JsonValueKind.String && id.TryGetGuid(out var upload)
            ? new(upload, item.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null)
            : null;

    private async Task<UploadedFile> TakeAsync(Upload upload, Reference reference, Guid ingestId, CancellationToken cancellationToken)
    {
        ObjectContent source;
        try
        {
            source = await store.GetAsync(upload.Key, range: null, cancellationToken);
        }
        catch (ObjectNotFoundException)
        {
            throw new ProblemException(409, "upload_missing", $"Nothing was put under the link of upload {upload.Id} yet.");
        }

        await using (source)
        await using (var content = new UploadStream(source.Stream, fromCaller: false))
        {
            var head = await content.PeekAsync(MediaSniffer.HeadLength, cancellationToken);
            var sniffed = reference.IsPayload ? PayloadTypeOf(upload, head.Span) : MediaSniffer.Sniff(head.Span).Type?.Name;
            if (sniffed is not null && upload.ContentType != AnyType && KindOf(sniffed) != KindOf(upload.ContentType))
                throw Mismatch(upload, $"it is {sniffed} by its first bytes");

            var assetId = Guid.CreateVersion7();
            var key = $"originals/{ingestId:N}/{assetId:N}";
            var put = new PutOptions { ContentType = sniffed ?? AnyType, ExpectedLength = upload.Size, ExpectedSha256 = upload.Sha256 };
            try
            {
                var kept = await store.PutAsync(key, content, put, cancellationToken);
                var name = reference.Name is null ? upload.Name : UploadReader.Shown(reference.Name);
                return new(assetId, name, key, kept.Length, kept.Sha256!, sniffed, reference.IsPayload) { UploadId = upload.Id };
            }
            catch (ObjectMismatchException exception)
            {
                throw Mismatch(upload, exception.Message);
            }
        }
    }

    /// <summary>Whether all of it is JSON is for the worker to find.</summary>
    private static string PayloadTypeOf(Upload upload, ReadOnlySpan<byte> head) => PayloadHead.Complaint(head) is { } complaint
        ? throw new ProblemException(400, "invalid_payload", $"The payload, upload {upload.Id}, {complaint}.")
        : "application/json";

    /// <summary><c>image</c> of <c>image/png</c>: the subtypes have too many names.</summary>
    private static string KindOf(string type) => type.Split('/')[0].ToLowerInvariant();

    private static ProblemException Mismatch(Upload upload, string what) => new(
        422, "upload_mismatch", $"Upload {upload.Id} is not what was announced ({upload.Size} bytes of {upload.ContentType}): {what.TrimEnd('.')}.");

    private sealed record Reference(Guid Id, string? Name, bool IsPayload = false);
}
