using System.Text.Json;
using MangaMotion.Ingest.Idempotency;
using MangaMotion.Ingest.Ingests;
using MangaMotion.Media.Sniffing;
using MangaMotion.ServiceDefaults.Problems;
using MangaMotion.Storage;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace MangaMotion.Ingest.Uploads;

/// <summary>
/// Reads an ingest that refers to direct uploads. Each is read through once into its final place, which no link reaches: so what
/// was counted, hashed and sniffed on the way is what is processed, whatever the link's holder does meanwhile.
/// </summary>
public sealed class UploadReferences(UploadStore uploads, IObjectStore store, IOptions<IngestOptions> options)
{
    private const int BytesPerReference = 1_024;
    private const string AnyType = "application/octet-stream";
    private readonly IngestOptions _options = options.Value;

    /// <summary>
    /// Takes the fields and the uploads; files are added to <paramref name="stored"/> as it goes, so that the caller can take
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
            if (property.Name == "uploads")
                wanted = ReferencesOf(property.Value);
            else
                fields.Set(property.Name, value);
        }

        if (wanted.Count == 0)
            throw new ProblemException(400, "no_files", "The request has no upload; send {\"uploads\":[{\"upload_id\":\"…\"}]} with those that POST /uploads gave you.");

        var known = await uploads.FindAsync(ownerId, [.. wanted.Select(reference => reference.Id)], cancellationToken);
        foreach (var reference in wanted)
        {
            if (!known.TryGetValue(reference.Id, out var upload))
                throw new ProblemException(404, "unknown_upload", $"There is no upload {reference.Id}, it has expired, or it is not yours.");
            if (upload.Consumed)
                throw UploadStore.Consumed($"Upload {upload.Id}");
        }

        foreach (var reference in wanted)
            stored.Add(await TakeAsync(known[reference.Id], reference.Name, id, cancellationToken));
        return fields;
    }

    private async Task<JsonDocument> ParseAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        // As the body is held in memory, its limit is that of what it may hold.
        var limit = (long)_options.MaxFiles * BytesPerReference + _options.MaxFieldBytes;
        if (request.ContentLength > limit)
            throw new ProblemException(413, "request_too_large", $"The request declares {request.ContentLength} bytes; the limit for references is {limit} (Ingest__MaxFiles).");
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = limit;
        try
        {
            var document = await JsonDocument.ParseAsync(request.Body, default, cancellationToken);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document;
            document.Dispose();
            throw new ProblemException(400, "invalid_json", "The body must be a JSON object with 'uploads'.");
        }
        catch (JsonException exception)
        {
            throw new ProblemException(400, "invalid_json", $"The body is not JSON: {exception.Message}");
        }
    }

    private List<Reference> ReferencesOf(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
            throw IngestRequest.Invalid("uploads", "must be an array of {\"upload_id\":…}");
        if (value.GetArrayLength() > _options.MaxFiles)
            throw new ProblemException(413, "too_many_files", $"The request has more than {_options.MaxFiles} files (Ingest__MaxFiles); split it.");
        var references = new List<Reference>();
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("upload_id", out var id) || id.ValueKind != JsonValueKind.String || !id.TryGetGuid(out var upload))
                throw IngestRequest.Invalid("uploads", $"must be an array of {{\"upload_id\":…}}; item {references.Count} is none");
            references.Add(new(upload, item.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null));
        }

        return references.DistinctBy(reference => reference.Id).Count() == references.Count
            ? references
            : throw IngestRequest.Invalid("uploads", "names an upload twice");
    }

    private async Task<UploadedFile> TakeAsync(Upload upload, string? name, Guid ingestId, CancellationToken cancellationToken)
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
            var sniffed = MediaSniffer.Sniff(head.Span).Type?.Name;
            if (sniffed is not null && upload.ContentType != AnyType && KindOf(sniffed) != KindOf(upload.ContentType))
                throw Mismatch(upload, $"it is {sniffed} by its first bytes");

            var assetId = Guid.CreateVersion7();
            var key = $"originals/{ingestId:N}/{assetId:N}";
            var put = new PutOptions { ContentType = sniffed ?? AnyType, ExpectedLength = upload.Size, ExpectedSha256 = upload.Sha256 };
            try
            {
                var kept = await store.PutAsync(key, content, put, cancellationToken);
                return new(assetId, name is null ? upload.Name : UploadReader.Shown(name), key, kept.Length, kept.Sha256!, sniffed) { UploadId = upload.Id };
            }
            catch (ObjectMismatchException exception)
            {
                throw Mismatch(upload, exception.Message);
            }
        }
    }

    /// <summary><c>image</c> of <c>image/png</c>: the subtypes have too many names.</summary>
    private static string KindOf(string type) => type.Split('/')[0].ToLowerInvariant();

    private static ProblemException Mismatch(Upload upload, string what) => new(
        422, "upload_mismatch", $"Upload {upload.Id} is not what was announced ({upload.Size} bytes of {upload.ContentType}): {what.TrimEnd('.')}.");

    private sealed record Reference(Guid Id, string? Name);
}
