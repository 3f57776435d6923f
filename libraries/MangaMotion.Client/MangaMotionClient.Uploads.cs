using System.Net.Http.Json;
using MangaMotion.Api;

namespace MangaMotion.Client;

public sealed partial class MangaMotionClient
{
    /// <summary>Sends files to the object store. Its links grant access by themselves, so the API key is not sent there.</summary>
    private static readonly HttpClient ObjectStore = new() { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Uploads one file directly to the object store, without passing the service.</summary>
    /// <param name="content">Seekable stream, so that its length is known; read from its current position.</param>
    /// <returns>Id of the upload for <see cref="IngestAsync(IngestOfUploads, string?, CancellationToken)"/>.</returns>
    /// <exception cref="MangaMotionException">The API or the object store rejected the request.</exception>
    public async Task<Guid> UploadAsync(
        string name, Stream content, string contentType = "application/octet-stream", string? sha256 = null,
        CancellationToken cancellationToken = default)
    {
        var link = await CreateUploadAsync(new(content.Length - content.Position, name, contentType, sha256), cancellationToken);
        using var request = new HttpRequestMessage(new HttpMethod(link.Method), link.Url) { Content = new StreamContent(content) };
        foreach (var (header, value) in link.Headers)
            request.Content.Headers.TryAddWithoutValidation(header, value);
        using var response = await ObjectStore.SendAsync(request, cancellationToken);
        await ThrowIfRefusedAsync(response, cancellationToken);
        return link.UploadId;
    }

    /// <summary>Lists the uploads that are not used in an ingest or a video yet, newest first.</summary>
    public Task<UploadList> GetUploadsAsync(string? pageToken = null, CancellationToken cancellationToken = default) =>
        GetAsync<UploadList>(
            pageToken is null ? "api/v1/uploads" : $"api/v1/uploads?pageToken={Uri.EscapeDataString(pageToken)}", cancellationToken);

    /// <summary>Deletes a resumable upload that is not used in an ingest or a video.</summary>
    public async Task DeleteUploadAsync(Guid id, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"api/v1/uploads/tus/{id}");
        request.Headers.Add("Tus-Resumable", "1.0.0");
        using var response = await http.SendAsync(request, cancellationToken);
        await ThrowIfRefusedAsync(response, cancellationToken);
    }

    /// <summary>Submits uploads as the chapter of a video.</summary>
    /// <param name="fields">Form fields of the API, such as <c>direction</c>.</param>
    public Task<VideoAccepted> CreateVideoAsync(
        IReadOnlyList<Guid> uploads, IReadOnlyDictionary<string, string> fields, string? idempotencyKey = null,
        CancellationToken cancellationToken = default) =>
        SubmitUploadsAsync<VideoAccepted>(Videos, uploads, fields, idempotencyKey, cancellationToken);

    /// <summary>Submits uploads as the files of an ingest.</summary>
    /// <param name="fields">Form fields of the API, such as <c>collection</c>.</param>
    public Task<IngestStatus> IngestAsync(
        IReadOnlyList<Guid> uploads, IReadOnlyDictionary<string, string> fields, string? idempotencyKey = null,
        CancellationToken cancellationToken = default) =>
        SubmitUploadsAsync<IngestStatus>(Ingests, uploads, fields, idempotencyKey, cancellationToken);

    /// <summary>Creates a link to upload one file directly to the object store.</summary>
    public Task<UploadLink> CreateUploadAsync(UploadRequest upload, CancellationToken cancellationToken = default) =>
        PostJsonAsync<UploadLink>("api/v1/uploads", upload, cancellationToken);

    private async Task<T> SubmitUploadsAsync<T>(
        string path, IReadOnlyList<Guid> uploads, IReadOnlyDictionary<string, string> fields, string? idempotencyKey,
        CancellationToken cancellationToken)
    {
        var body = fields.ToDictionary(field => field.Key, object (field) => field.Value);
        body["uploads"] = uploads.Select(id => new UploadReference(id)).ToList();
        using var content = JsonContent.Create(body, options: ApiJson.Options);
        return await SubmitAsync<T>(path, content, idempotencyKey, cancellationToken);
    }
}
