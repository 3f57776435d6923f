using System.Net;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using MangaMotion.Api;

namespace MangaMotion.Client;

public sealed partial class MangaMotionClient
{
    private const string Ingests = "api/v1/ingest";

    /// <summary>Submits files.</summary>
    /// <param name="fields">Form fields of the API, such as <c>collection</c>.</param>
    /// <param name="idempotencyKey">1 to 255 printable characters. The API accepts a request with the same key once.</param>
    /// <exception cref="MangaMotionException">The API rejected the request.</exception>
    public async Task<IngestStatus> IngestAsync(
        IEnumerable<FileToSend> files, IReadOnlyDictionary<string, string>? fields = null, string? idempotencyKey = null,
        CancellationToken cancellationToken = default)
    {
        using var form = CreateForm(files, fields);
        return await SubmitAsync<IngestStatus>(Ingests, form, idempotencyKey, cancellationToken);
    }

    /// <summary>Submits uploads that are already in the object store.</summary>
    /// <inheritdoc cref="IngestAsync(IEnumerable{FileToSend}, IReadOnlyDictionary{string, string}?, string?, CancellationToken)"/>
    public async Task<IngestStatus> IngestAsync(
        IngestOfUploads ingest, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        using var content = JsonContent.Create(ingest, options: ApiJson.Options);
        return await SubmitAsync<IngestStatus>(Ingests, content, idempotencyKey, cancellationToken);
    }

    /// <summary>Submits files and waits until all jobs are finished.</summary>
    /// <param name="wait">Maximum wait in whole seconds, at least one. The service limits it to a minute by default.</param>
    /// <returns>The status when all jobs are finished or the wait is over.</returns>
    /// <inheritdoc cref="IngestAsync(IEnumerable{FileToSend}, IReadOnlyDictionary{string, string}?, string?, CancellationToken)"/>
    public async Task<IngestStatus> IngestAndWaitAsync(
        IEnumerable<FileToSend> files, TimeSpan wait, IReadOnlyDictionary<string, string>? fields = null, string? idempotencyKey = null,
        CancellationToken cancellationToken = default)
    {
        using var form = CreateForm(files, fields);
        return await SubmitAndWaitAsync(form, wait, idempotencyKey, cancellationToken);
    }

    /// <summary>Submits uploads and waits until all jobs are finished.</summary>
    /// <param name="wait">Maximum wait in whole seconds, at least one. The service limits it to a minute by default.</param>
    /// <returns>The status when all jobs are finished or the wait is over.</returns>
    /// <inheritdoc cref="IngestAsync(IngestOfUploads, string?, CancellationToken)"/>
    public async Task<IngestStatus> IngestAndWaitAsync(
        IngestOfUploads ingest, TimeSpan wait, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        using var content = JsonContent.Create(ingest, options: ApiJson.Options);
        return await SubmitAndWaitAsync(content, wait, idempotencyKey, cancellationToken);
    }

    /// <summary>Submits JSON records: an array, one object, or one object a line.</summary>
    /// <param name="payload">Streamed and disposed.</param>
    /// <inheritdoc cref="IngestAsync(IEnumerable{FileToSend}, IReadOnlyDictionary{string, string}?, string?, CancellationToken)"/>
    public async Task<IngestStatus> IngestRecordsAsync(
        Stream payload, IReadOnlyDictionary<string, string>? fields = null, string? idempotencyKey = null,
        CancellationToken cancellationToken = default)
    {
        using var form = CreateForm([], fields);
        form.Add(new StreamContent(payload), "payload");
        return await SubmitAsync<IngestStatus>(Ingests, form, idempotencyKey, cancellationToken);
    }

    /// <summary>Lists one page of ingests, newest first.</summary>
    /// <param name="query"><c>state</c>, <c>collection</c>, <c>q</c>, <c>owner</c>, <c>pageSize</c>, <c>pageToken</c>.</param>
    public Task<IngestList> GetIngestsAsync(
        IReadOnlyDictionary<string, string>? query = null, CancellationToken cancellationToken = default) =>
        GetAsync<IngestList>($"api/v1/ingests{WriteQuery(query)}", cancellationToken);

    /// <summary>Reads the status with one page of assets.</summary>
    public Task<IngestStatus> GetIngestStatusAsync(Guid id, string? pageToken = null, CancellationToken cancellationToken = default)
    {
        var query = pageToken is null ? "" : $"?pageToken={Uri.EscapeDataString(pageToken)}";
        return GetAsync<IngestStatus>($"{Ingests}/{id}/status{query}", cancellationToken);
    }

    /// <summary>Lists all assets, page by page.</summary>
    public async IAsyncEnumerable<AssetStatus> ListAssetsAsync(
        Guid ingestId, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string? pageToken = null;
        do
        {
            var page = await GetIngestStatusAsync(ingestId, pageToken, cancellationToken);
            foreach (var asset in page.Assets)
                yield return asset;
            pageToken = page.NextPageToken;
        }
        while (pageToken is not null);
    }

    /// <summary>
    /// Yields the current state of each job of an ingest, then its changes, until all jobs are finished. Reconnects after a broken
    /// connection. Of several changes of one job within a short time, only the last is yielded.
    /// </summary>
    /// <param name="lastEventId"><see cref="JobEvent.EventId"/> after which to resume; null: from the start.</param>
    public IAsyncEnumerable<JobEvent> WatchIngestAsync(
        Guid id, string? lastEventId = null, CancellationToken cancellationToken = default) =>
        new EventStream(http, $"{Ingests}/{id}/events", lastEventId).ReadAsync(cancellationToken);

    /// <summary>Reads the original (<c>original</c>) or a derivative (<c>preview</c>, <c>thumbnail</c>, …) of an asset.</summary>
    public async Task<byte[]> GetAssetAsync(Guid assetId, string variant, CancellationToken cancellationToken = default)
    {
        using var response = await http.GetAsync(
            $"api/v1/assets/{assetId}/{variant}", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await ThrowIfRefusedAsync(response, cancellationToken);
        return await response.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    /// <summary>Reads a variant that the caller chose.</summary>
    public async Task<byte[]> GetAssetVariantAsync(Guid assetId, string name, CancellationToken cancellationToken = default)
    {
        using var response = await http.GetAsync(
            $"api/v1/assets/{assetId}/variants/{Uri.EscapeDataString(name)}", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await ThrowIfRefusedAsync(response, cancellationToken);
        return await response.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    /// <summary>Reads the variants that are made of each file of a collection.</summary>
    public Task<VariantSet> GetCollectionVariantsAsync(string collection, CancellationToken cancellationToken = default) =>
        GetAsync<VariantSet>(VariantsOf(collection), cancellationToken);

    /// <summary>Replaces the variants of a collection. Files that are submitted later get them.</summary>
    public async Task<VariantSet> SetCollectionVariantsAsync(
        string collection, VariantSet set, CancellationToken cancellationToken = default)
    {
        using var response = await http.PutAsJsonAsync(VariantsOf(collection), set, ApiJson.Options, cancellationToken);
        return await ReadAsync<VariantSet>(response, cancellationToken);
    }

    private static string VariantsOf(string collection) => $"api/v1/collections/{Uri.EscapeDataString(collection)}/variants";

    private async Task<IngestStatus> SubmitAndWaitAsync(
        HttpContent content, TimeSpan wait, string? idempotencyKey, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(Ingests, content, idempotencyKey, $"wait={(long)wait.TotalSeconds}", cancellationToken);
        var status = await ReadAsync<IngestStatus>(response, cancellationToken);
        return response.StatusCode == HttpStatusCode.Accepted
            ? await GetIngestStatusAsync(status.JobId, cancellationToken: cancellationToken)
            : status;
    }
}
