using System.Net;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using MediaTypeHeaderValue = Microsoft.Net.Http.Headers.MediaTypeHeaderValue;

namespace MangaMotion.Console.Media;

/// <summary>
/// Multipart form of the browser that is sent on to the API while it arrives. Nothing is buffered but the fields before the first file,
/// which the console reads.
/// </summary>
internal sealed class StreamedForm : HttpContent
{
    private const int MaxFieldLength = 64 << 10;
    private const int MaxFields = 32;

    private readonly string _boundary = $"mangamotion-{Guid.NewGuid():N}";
    private readonly MultipartReader _reader;
    private MultipartSection? _file;

    private StreamedForm(MultipartReader reader)
    {
        _reader = reader;
        Headers.ContentType = new("multipart/form-data") { Parameters = { new("boundary", _boundary) } };
    }

    /// <summary>Fields before the first file, in their order. Those that are left are sent to the API.</summary>
    public Dictionary<string, string> Fields { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether a file was chosen.</summary>
    public bool HasFile => _file is not null;

    /// <summary>Reads the fields up to the first file; null if the request is no multipart form.</summary>
    public static async Task<StreamedForm?> OpenAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || type.MediaType != "multipart/form-data"
            || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 } boundary)
        {
            return null;
        }

        var form = new StreamedForm(new(boundary, request.Body));
        form._file = await form.ReadFieldsAsync(cancellationToken);
        return form;
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        foreach (var (name, value) in Fields.Where(field => field.Value.Length > 0))
            await WritePartAsync(stream, new StringContent(value), name, fileName: null);
        for (var file = _file; file is not null; file = await FindFileAsync(CancellationToken.None))
        {
            using var content = new StreamContent(file.Body);
            await WritePartAsync(stream, content, "files", file.AsFileSection()!.FileName);
        }

        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"--{_boundary}--\r\n"));
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private async Task<MultipartSection?> ReadFieldsAsync(CancellationToken cancellationToken)
    {
        while (await _reader.ReadNextSectionAsync(cancellationToken) is { } section)
        {
            if (IsChosenFile(section))
                return section;
            if (section.AsFormDataSection() is not { } field)
                continue;
            var value = await field.GetValueAsync(cancellationToken);
            if (value.Length > MaxFieldLength || Fields.Count == MaxFields)
                throw new BadHttpRequestException("The form has a field that is too long, or too many fields.");
            Fields[field.Name] = value;
        }

        return null;
    }

    private async Task<MultipartSection?> FindFileAsync(CancellationToken cancellationToken)
    {
        while (await _reader.ReadNextSectionAsync(cancellationToken) is { } section)
        {
            if (IsChosenFile(section))
                return section;
        }

        return null;
    }

    /// <summary>Whether a part is a file. Browsers send a part with an empty name if no file was chosen.</summary>
    private static bool IsChosenFile(MultipartSection section) => section.AsFileSection() is { FileName.Length: > 0 };

    private async Task WritePartAsync(Stream stream, HttpContent content, string name, string? fileName)
    {
        var disposition = new System.Net.Http.Headers.ContentDispositionHeaderValue("form-data") { Name = $"\"{name}\"" };
        if (fileName is not null)
            (disposition.FileName, disposition.FileNameStar) = ("\"file\"", fileName);
        var head = $"--{_boundary}\r\nContent-Disposition: {disposition}\r\n\r\n";
        await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(head));
        await content.CopyToAsync(stream);
        await stream.WriteAsync("\r\n"u8.ToArray());
    }
}
