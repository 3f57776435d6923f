using MangaMotion.Api;

namespace MangaMotion.Client;

public sealed partial class MangaMotionClient
{
    /// <summary>Reads the key of this client: its name, owner, scopes, limits and quotas.</summary>
    public Task<Me> GetMeAsync(CancellationToken cancellationToken = default) => GetAsync<Me>("api/v1/me", cancellationToken);

    /// <summary>Reads the limits of one request.</summary>
    public Task<RequestLimits> GetLimitsAsync(CancellationToken cancellationToken = default) =>
        GetAsync<RequestLimits>("api/v1/limits", cancellationToken);

    /// <summary>Lists the voices that a video can name.</summary>
    public async Task<IReadOnlyList<Voice>> GetVoicesAsync(CancellationToken cancellationToken = default) =>
        (await GetAsync<VoiceList>("api/v1/voices", cancellationToken)).Voices;
}
