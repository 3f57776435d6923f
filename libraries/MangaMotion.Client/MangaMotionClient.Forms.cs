using MangaMotion.Api;

namespace MangaMotion.Client;

public sealed partial class MangaMotionClient
{
    /// <summary>Submits a multipart form of a video whose parts are produced while they are sent.</summary>
    /// <inheritdoc cref="IngestAsync(IEnumerable{FileToSend}, IReadOnlyDictionary{string, string}?, string?, CancellationToken)"/>
    public Task<VideoAccepted> CreateVideoAsync(
        HttpContent form, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SubmitAsync<VideoAccepted>(Videos, form, idempotencyKey, cancellationToken);

    /// <summary>Submits a multipart form of an ingest whose parts are produced while they are sent.</summary>
    /// <inheritdoc cref="IngestAsync(IEnumerable{FileToSend}, IReadOnlyDictionary{string, string}?, string?, CancellationToken)"/>
    public Task<IngestStatus> IngestAsync(
        HttpContent form, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SubmitAsync<IngestStatus>(Ingests, form, idempotencyKey, cancellationToken);

    /// <summary>Submits a video of the files of an existing ingest.</summary>
    public Task<VideoAccepted> CreateVideoAsync(VideoOfIngest request, CancellationToken cancellationToken = default) =>
        PostJsonAsync<VideoAccepted>(Videos, request, cancellationToken);

    /// <summary>Reads a text result of a video (<c>subtitles</c> or <c>transcript</c>).</summary>
    public async Task<string> GetVideoTextAsync(Guid id, string variant, CancellationToken cancellationToken = default)
    {
        using var response = await http.GetAsync($"{Videos}/{id}/{variant}", cancellationToken);
        await ThrowIfRefusedAsync(response, cancellationToken);
        return await response.Content.ReadAsStringAsync(cancellationToken);
    }

    /// <summary>Lists one page of webhook deliveries, newest first.</summary>
    public Task<WebhookDeliveries> GetWebhookDeliveriesAsync(string query = "", CancellationToken cancellationToken = default) =>
        GetAsync<WebhookDeliveries>($"api/v1/webhooks/deliveries?{query}", cancellationToken);

    /// <summary>Sends a webhook delivery again.</summary>
    public async Task ReplayWebhookDeliveryAsync(Guid id, CancellationToken cancellationToken = default)
    {
        using var response = await http.PostAsync($"api/v1/webhooks/deliveries/{id}/replay", content: null, cancellationToken);
        await ThrowIfRefusedAsync(response, cancellationToken);
    }

    /// <summary>Reads the secret that signs the owner's webhooks.</summary>
    public Task<WebhookSecret> GetWebhookSecretAsync(CancellationToken cancellationToken = default) =>
        GetAsync<WebhookSecret>("api/v1/webhooks/secret", cancellationToken);
}
