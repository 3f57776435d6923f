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

    /// <summary>Creates a link to upload one file directly to the object store.</summary>
    public Task<UploadLink> CreateUploadAsync(UploadRequest upload, CancellationToken cancellationToken = default) =>
        PostJsonAsync<UploadLink>("api/v1/uploads", upload, cancellationToken);
}
