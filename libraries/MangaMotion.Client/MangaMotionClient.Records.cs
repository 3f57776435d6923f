using MangaMotion.Api;

namespace MangaMotion.Client;

public sealed partial class MangaMotionClient
{
    /// <summary>Reads one page of the records of a collection.</summary>
    /// <param name="query">Filters and page, for example <c>filter[price][gte]</c> = <c>5</c> or <c>pageSize</c> = <c>1000</c>.</param>
    public Task<RecordPage> GetRecordsAsync(
        string collection, IReadOnlyDictionary<string, string>? query = null, CancellationToken cancellationToken = default) =>
        GetAsync<RecordPage>($"api/v1/collections/{Uri.EscapeDataString(collection)}/records{WriteQuery(query)}", cancellationToken);

    /// <summary>Reads one page of the records of an ingest, with or without a collection.</summary>
    /// <inheritdoc cref="GetRecordsAsync(string, IReadOnlyDictionary{string, string}?, CancellationToken)"/>
    public Task<RecordPage> GetRecordsAsync(
        Guid ingestId, IReadOnlyDictionary<string, string>? query = null, CancellationToken cancellationToken = default) =>
        GetAsync<RecordPage>($"{Ingests}/{ingestId}/records{WriteQuery(query)}", cancellationToken);
}
