using System.Net.Http.Json;

namespace MangaMotion.Client;

public sealed partial class MangaMotionClient
{
    /// <summary>Makes a key; it is told this once.</summary>
    public async Task<ApiKeyCreated> CreateApiKeyAsync(CreateApiKey request, CancellationToken cancellationToken = default)
    {
        using var response = await http.PostAsJsonAsync("api/v1/keys", request, Json, cancellationToken);
        return await ReadAsync<ApiKeyCreated>(response, cancellationToken);
    }

    public async Task<IReadOnlyList<ApiKeyAnswer>> GetApiKeysAsync(CancellationToken cancellationToken = default) =>
        (await GetAsync<ApiKeys>("api/v1/keys", cancellationToken)).Keys;

    /// <summary>Revokes a key; within seconds no instance takes it any more.</summary>
    public async Task RevokeApiKeyAsync(Guid id, CancellationToken cancellationToken = default)
    {
        using var response = await http.DeleteAsync($"api/v1/keys/{id}", cancellationToken);
        await ThrowIfRefusedAsync(response, cancellationToken);
    }
}
