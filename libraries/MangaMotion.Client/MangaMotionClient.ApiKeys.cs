using MangaMotion.Api;

namespace MangaMotion.Client;

public sealed partial class MangaMotionClient
{
    /// <summary>Creates an API key. The answer is the only one that contains the key itself.</summary>
    public Task<ApiKeyCreated> CreateApiKeyAsync(CreateApiKey request, CancellationToken cancellationToken = default) =>
        PostJsonAsync<ApiKeyCreated>("api/v1/keys", request, cancellationToken);

    /// <summary>Replaces the secret of an API key. The answer is the only one that contains the new key itself.</summary>
    public Task<ApiKeyCreated> RotateApiKeyAsync(Guid id, RotateApiKey request, CancellationToken cancellationToken = default) =>
        PostJsonAsync<ApiKeyCreated>($"api/v1/keys/{id}/rotate", request, cancellationToken);

    /// <summary>Lists API keys, including revoked keys.</summary>
    public async Task<IReadOnlyList<ApiKeyInfo>> GetApiKeysAsync(CancellationToken cancellationToken = default) =>
        (await GetAsync<ApiKeys>("api/v1/keys", cancellationToken)).Keys;

    /// <summary>Revokes an API key. Every instance rejects it within seconds.</summary>
    public async Task RevokeApiKeyAsync(Guid id, CancellationToken cancellationToken = default)
    {
        using var response = await http.DeleteAsync($"api/v1/keys/{id}", cancellationToken);
        await ThrowIfRefusedAsync(response, cancellationToken);
    }
}
