using System.Security.Cryptography;
using System.Text;
using MangaMotion.Ingest.Accepting.Idempotency;
using MangaMotion.Media.Sniffing;
using MangaMotion.ServiceDefaults.Problems;
using MangaMotion.Storage;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace MangaMotion.Ingest.Accepting.Ingests;

/// <summary>
/// Reads a multipart request part by part and stores each file as it arrives. Large files are streamed; small files are read whole and
/// stored in parallel.
/// </summary>
public sealed class UploadReader(IObjectStore store, UploadSlots slots, IOptions<IngestOptions> options)
{
    /// <summary>Smallest length of a file that is streamed, in bytes.</summary>
    internal const int LargeFile = 256 << 10;

    private const string Payload = "payload";
    private const int NameLength = 255;

    /// <summary>Bytes that are read in one step and searched for the boundary.</summary>
    private const int PartBuffer = 64 << 10;

    private readonly IngestOptions _options = options.Value;

    /// <summary>
    /// Stores the files and reads the fields. Each stored file is added to <paramref name="stored"/> at once, so that the caller can
    /// delete it if this throws.
    /// </summary>
    /// <param name="ingestId">Id of the new ingest; null reads the request for its fingerprint only and stores nothing.</param>
    /// <exception cref="ProblemException">The request is malformed or over a limit.</exception>
    public async Task ReadAsync(
        HttpRequest request, Guid? ingestId, List<UploadedFile> stored, IngestRequest fields, Fingerprint fingerprint,
        CancellationToken cancellationToken)
    {
        using var small = new ParallelUploads(slots, cancellationToken);
        await small.RunAsync(failed => ReadPartsAsync(request, ingestId, stored, fields, fingerprint, small, failed));
        if (stored.Count == 0)
        {
            throw new ProblemException(400, "no_files",
                "The request has no file and no records; send each file as a part named 'files' with a filename, JSON records as a part "
                + "named 'payload'.");
        }
    }

    private async Task ReadPartsAsync(
        HttpRequest request, Guid? ingestId, List<UploadedFile> stored, IngestRequest fields, Fingerprint fingerprint,
        ParallelUploads small, CancellationToken cancellationToken)
    {
        var start = new RequestStart(request.Body);
        var reader = new MultipartReader(
            ReadBoundary(request), start, PartBuffer)
        { HeadersCountLimit = 16, HeadersLengthLimit = 16 << 10 };
        while (await ReadNextAsync(reader, start, cancellationToken) is { } section)
        {
            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)
                || !disposition.IsFormDisposition() && !disposition.IsFileDisposition())
            {
                throw start.HasBareLineFeeds
                    ? BareLineFeeds()
                    : UploadStream.Malformed("a part has no Content-Disposition: form-data with a name");
            }

            var name = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
            if (name == Payload || disposition.IsFileDisposition())
            {
                CheckFile(name, stored);
                var file = await StoreAsync(section, name, disposition, ingestId, stored.Count + 1, small, cancellationToken);
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
    }

    private static string ReadBoundary(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            && HeaderUtilities.RemoveQuotes(type.Boundary) is { Length: > 0 and <= 200 } boundary
            ? boundary.ToString()
            : throw new ProblemException(415, "multipart_expected",
                "Send multipart/form-data with a boundary, files as parts named 'files', JSON records as a part named 'payload'.");

    private static ProblemException BareLineFeeds() =>
        UploadStream.Malformed("its header lines end with LF alone; end them with CRLF (RFC 2046)");

    private static async Task<MultipartSection?> ReadNextAsync(
        MultipartReader reader, RequestStart start, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadNextSectionAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is InvalidDataException || exception.GetType() == typeof(IOException))
        {
            throw start.HasBareLineFeeds ? BareLineFeeds() : UploadStream.Malformed(exception.Message);
        }
    }

    private void CheckFile(string field, List<UploadedFile> stored)
    {
        if (field == Payload)
        {
            if (stored.Exists(file => file.IsPayload))
                throw IngestRequest.Invalid(Payload, "was sent twice; send all records of a request as one payload");
            return;
        }

        if (field != "files")
            throw new ProblemException(400, "unknown_field", "A file was sent in a part with a name other than 'files'.");
        if (stored.Count >= _options.MaxFiles)
        {
            throw new ProblemException(
                413, "too_many_files", $"The request has more than {_options.MaxFiles} files (Ingest__MaxFiles); split it.");
        }
    }

    private async Task<UploadedFile> StoreAsync(
        MultipartSection section, string field, ContentDispositionHeaderValue disposition, Guid? ingestId, int number,
        ParallelUploads small, CancellationToken cancellationToken)
    {
        var content = new UploadStream(section.Body);
        var handedOver = false;
        try
        {
            var head = await content.PeekAsync(LargeFile, cancellationToken);
            var file = Describe(field, disposition, head.Span[..Math.Min(head.Length, MediaSniffer.HeadLength)]);
            if (ingestId is null)
                return file with { Sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken)) };

            var key = $"originals/{ingestId:N}/{file.AssetId:N}";
            var put = new PutOptions { ContentType = file.MediaType ?? "application/octet-stream", MaxLength = _options.MaxFileBytes };
            var what = file.IsPayload ? "The payload" : $"File {number} ('{file.Name}')";
            if (!content.IsWhole)
            {
                var stored = await PutAsync(key, content, put, what, cancellationToken);
                return file with { Key = key, Size = stored.Length, Sha256 = stored.Sha256! };
            }

            var sha256 = Convert.ToHexStringLower(SHA256.HashData(head.Span));
            put = put with { ExpectedLength = head.Length, ExpectedSha256 = sha256 };
            await small.AddAsync(async cancel =>
            {
                await using (content)
                    await PutAsync(key, content, put, what, cancel);
            });
            handedOver = true;
            return file with { Key = key, Size = head.Length, Sha256 = sha256 };
        }
        finally
        {
            if (!handedOver)
                await content.DisposeAsync();
        }
    }

    /// <summary>Describes a file by its first bytes. The worker checks whether all of a payload is JSON.</summary>
    private static UploadedFile Describe(string field, ContentDispositionHeaderValue disposition, ReadOnlySpan<byte> head)
    {
        if (field != Payload)
            return new(Guid.CreateVersion7(), ReadFileName(disposition), "", 0, "", MediaSniffer.Sniff(head).Type?.Name);
        if (PayloadHead.FindError(head) is { } error)
            throw new ProblemException(400, "invalid_payload", $"The payload {error}.");
        var name = disposition.IsFileDisposition() ? ReadFileName(disposition) : Payload;
        return new(Guid.CreateVersion7(), name, "", 0, "", "application/json", IsPayload: true);
    }

    private async Task<StoredObject> PutAsync(
        string key, UploadStream content, PutOptions put, string what, CancellationToken cancellationToken)
    {
        try
        {
            return await store.PutAsync(key, content, put, cancellationToken);
        }
        catch (ObjectTooLargeException exception)
        {
            throw new ProblemException(
                413, "file_too_large", $"{what} is larger than the limit of {exception.Limit} bytes (Ingest__MaxFileBytes).");
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

    private static string ReadFileName(ContentDispositionHeaderValue disposition) =>
        CleanName(disposition.FileNameStar.HasValue
            ? disposition.FileNameStar.ToString()
            : Unescape(HeaderUtilities.RemoveQuotes(disposition.FileName).ToString()));

    /// <summary>Reads a name as browsers write it: quotes and line ends are percent-encoded (HTML, multipart/form-data).</summary>
    private static string Unescape(string name) => name
        .Replace("%22", "\"", StringComparison.Ordinal)
        .Replace("%0D", "\r", StringComparison.OrdinalIgnoreCase)
        .Replace("%0A", "\n", StringComparison.OrdinalIgnoreCase);

    /// <summary>Removes control characters from a name that a caller sent and cuts it to 255 characters.</summary>
    internal static string CleanName(string name)
    {
        var clean = string.Concat(name.Where(character => !char.IsControl(character)));
        return clean.Length switch
        {
            0 => "unnamed",
            // A surrogate pair is not split: half of one is not a valid text.
            > NameLength => clean[..(char.IsHighSurrogate(clean[NameLength - 1]) ? NameLength - 1 : NameLength)],
            _ => clean,
        };
    }
}
