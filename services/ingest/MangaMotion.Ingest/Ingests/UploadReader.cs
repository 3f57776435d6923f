using System.Security.Cryptography;
using System.Text;
using MangaMotion.Ingest.Idempotency;
using MangaMotion.Media.Sniffing;
using MangaMotion.ServiceDefaults.Problems;
using MangaMotion.Storage;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace MangaMotion.Ingest.Ingests;

/// <summary>Reads a multipart request, part by part, streaming each file into the store as it arrives.</summary>
public sealed class UploadReader(IObjectStore store, IOptions<IngestOptions> options)
{
    private const string Payload = "payload";
    private const int NameLength = 255;
    private readonly IngestOptions _options = options.Value;

    /// <summary>
    /// Stores the files and takes the fields. What was stored is added to <paramref name="stored"/> as it goes, so that the
    /// caller can take it away again when this throws.
    /// </summary>
    /// <param name="ingestId">Null: nothing is stored, the request is only read for its fingerprint.</param>
    /// <exception cref="ProblemException">The request is malformed or over a limit.</exception>
    public async Task<IngestRequest> ReadAsync(
        HttpRequest request, Guid? ingestId, List<UploadedFile> stored, Fingerprint fingerprint, CancellationToken cancellationToken)
    {
        var fields = new IngestRequest();
        await ReadAsync(request, ingestId, stored, fields, fingerprint, cancellationToken);
        return fields;
    }

    /// <summary>The same, with the fields of another kind of request.</summary>
    public async Task ReadAsync(
        HttpRequest request, Guid? ingestId, List<UploadedFile> stored, IngestRequest fields, Fingerprint fingerprint, CancellationToken cancellationToken)
    {
        var reader = new MultipartReader(Boundary(request), request.Body) { HeadersCountLimit = 16, HeadersLengthLimit = 16 << 10 };
        while (await NextAsync(reader, cancellationToken) is { } section)
        {
            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition) || !disposition.IsFormDisposition() && !disposition.IsFileDisposition())
                throw UploadStream.Malformed("a part has no Content-Disposition: form-data with a name");
            var name = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
            if (name == Payload || disposition.IsFileDisposition())
            {
                var file = name == Payload
                    ? await StorePayloadAsync(section, disposition, ingestId, stored, cancellationToken)
                    : await StoreAsync(section, name, FileNameOf(disposition), ingestId, stored.Count, cancellationToken);
                stored.Add(file);
                fingerprint.Add(name, file.Name, file.Sha256);
            }
            else
            {
                var value = await ReadFieldAsync(section, name, cancellationToken);
                fields.Set(name, value);
                fingerprint.Add(name, value);
            }
        }

        if (stored.Count == 0)
            throw new ProblemException(400, "no_files", "The request has no file and no records; send each file as a part named 'files' with a filename, JSON records as a part named 'payload'.");
    }

    private static string Boundary(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            && HeaderUtilities.RemoveQuotes(type.Boundary) is { Length: > 0 and <= 200 } boundary
            ? boundary.ToString()
            : throw new ProblemException(415, "multipart_expected", "Send multipart/form-data with a boundary, files as parts named 'files', JSON records as a part named 'payload'.");

    private static async Task<MultipartSection?> NextAsync(MultipartReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadNextSectionAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is InvalidDataException || exception.GetType() == typeof(IOException))
        {
            throw UploadStream.Malformed(exception.Message);
        }
    }

    private async Task<UploadedFile> StoreAsync(
        MultipartSection section, string field, string name, Guid? ingestId, int position, CancellationToken cancellationToken)
    {
        if (field != "files")
            throw new ProblemException(400, "unknown_field", "A file was sent under another name than 'files'.");
        if (position >= _options.MaxFiles)
            throw new ProblemException(413, "too_many_files", $"The request has more than {_options.MaxFiles} files (Ingest__MaxFiles); split it.");

        await using var content = new UploadStream(section.Body);
        var head = await content.PeekAsync(MediaSniffer.HeadLength, cancellationToken);
        var sniffed = MediaSniffer.Sniff(head.Span).Type?.Name;
        return await PutAsync(new(Guid.CreateVersion7(), name, "", 0, "", sniffed), content, ingestId, $"File {position + 1} ('{name}')", cancellationToken);
    }

    /// <summary>The records: a field or a file, of any length. Whether all of it is JSON is for the worker to find.</summary>
    private async Task<UploadedFile> StorePayloadAsync(
        MultipartSection section, ContentDispositionHeaderValue disposition, Guid? ingestId, List<UploadedFile> stored, CancellationToken cancellationToken)
    {
        if (stored.Exists(file => file.IsPayload))
            throw IngestRequest.Invalid(Payload, "was sent twice; send all records of a request as one payload");

        await using var content = new UploadStream(section.Body);
        var head = await content.PeekAsync(MediaSniffer.HeadLength, cancellationToken);
        if (PayloadHead.Complaint(head.Span) is { } complaint)
            throw new ProblemException(400, "invalid_payload", $"The payload {complaint}.");
        var name = disposition.IsFileDisposition() ? FileNameOf(disposition) : Payload;
        return await PutAsync(new(Guid.CreateVersion7(), name, "", 0, "", "application/json", IsPayload: true), content, ingestId, "The payload", cancellationToken);
    }

    /// <param name="file">What is known of it; its key, size and hash follow from the store.</param>
    private async Task<UploadedFile> PutAsync(UploadedFile file, UploadStream content, Guid? ingestId, string what, CancellationToken cancellationToken)
    {
        if (ingestId is null)
        {
            return file with { Sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken)) };
        }

        var key = $"originals/{ingestId:N}/{file.AssetId:N}";
        try
        {
            var put = new PutOptions { ContentType = file.MediaType ?? "application/octet-stream", MaxLength = _options.MaxFileBytes };
            var stored = await store.PutAsync(key, content, put, cancellationToken);
            return file with { Key = key, Size = stored.Length, Sha256 = stored.Sha256! };
        }
        catch (ObjectTooLargeException exception)
        {
            throw new ProblemException(413, "file_too_large", $"{what} is larger than the limit of {exception.Limit} bytes (Ingest__MaxFileBytes).");
        }
    }

    private async Task<string> ReadFieldAsync(MultipartSection section, string name, CancellationToken cancellationToken)
    {
        await using var content = new UploadStream(section.Body);
        var value = await content.PeekAsync(_options.MaxFieldBytes + 1, cancellationToken);
        return value.Length <= _options.MaxFieldBytes
            ? Encoding.UTF8.GetString(value.Span)
            : throw IngestRequest.Invalid(name, $"is longer than {_options.MaxFieldBytes} bytes (Ingest__MaxFieldBytes)");
    }

    private static string FileNameOf(ContentDispositionHeaderValue disposition) =>
        Shown(disposition.FileNameStar.HasValue ? disposition.FileNameStar.ToString() : HeaderUtilities.RemoveQuotes(disposition.FileName).ToString());

    /// <summary>The name to show: whatever the caller sent, without control characters, cut to a length.</summary>
    internal static string Shown(string name)
    {
        var shown = string.Concat(name.Where(character => !char.IsControl(character)));
        return shown.Length switch
        {
            0 => "unnamed",
            > NameLength => shown[..NameLength],
            _ => shown,
        };
    }
}
