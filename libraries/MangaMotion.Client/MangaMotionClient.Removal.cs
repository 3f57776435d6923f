using MangaMotion.Api;

namespace MangaMotion.Client;

public sealed partial class MangaMotionClient
{
    /// <summary>Deletes an ingest with its jobs, files and records. Running work is canceled.</summary>
    public Task DeleteIngestAsync(Guid id, CancellationToken cancellationToken = default) =>
        DeleteAsync($"{Ingests}/{id}", cancellationToken);

    /// <summary>Deletes an asset with its derivatives.</summary>
    public Task DeleteAssetAsync(Guid id, CancellationToken cancellationToken = default) =>
        DeleteAsync($"api/v1/assets/{id}", cancellationToken);

    /// <summary>Deletes a video with its files, and its chapter unless other jobs use it.</summary>
    public Task DeleteVideoAsync(Guid id, CancellationToken cancellationToken = default) =>
        DeleteAsync($"{Videos}/{id}", cancellationToken);

    /// <summary>Removes a file by its hash, and the videos made of it.</summary>
    public Task<TakedownResult> TakeDownAsync(TakedownRequest request, CancellationToken cancellationToken = default) =>
        PostJsonAsync<TakedownResult>("api/v1/takedowns", request, cancellationToken);

    /// <summary>Lists one page of changes that callers made, newest first.</summary>
    /// <param name="query"><c>action</c>, <c>key</c>, <c>target</c>, <c>owner</c>, <c>pageSize</c>, <c>pageToken</c>.</param>
    public Task<AuditList> GetAuditAsync(
        IReadOnlyDictionary<string, string>? query = null, CancellationToken cancellationToken = default) =>
        GetAsync<AuditList>($"api/v1/audit{WriteQuery(query)}", cancellationToken);

    private async Task DeleteAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await http.DeleteAsync(path, cancellationToken);
        await ThrowIfRefusedAsync(response, cancellationToken);
    }
}
