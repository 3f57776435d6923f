using System.Data;
using MangaMotion.Api;
using Npgsql;

namespace MangaMotion.Ingest.Reading.Assets;

/// <summary>Stored object of a variant of an asset.</summary>
/// <param name="DownloadName">Set for an original only, which a browser saves and does not show.</param>
public sealed record StoredAsset(string Key, string? DownloadName);

public sealed class AssetQuery(NpgsqlDataSource database)
{
    private const string Original = "select key, name from assets where id = @asset and owner_id = @owner";

    private const string Derivative =
        """
        select file ->> 'key' as key, null as name from jobs j, jsonb_array_elements(j.result -> 'files') file
        where j.asset_id = @asset and j.owner_id = @owner and j.ingest_id = (select ingest_id from assets where id = @asset)
          and j.status = 'DONE' and file ->> 'variant' = @variant
        """;

    public async Task<StoredAsset?> FindAsync(Guid assetId, string variant, Guid ownerId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(variant == AssetVariants.Original ? Original : Derivative);
        command.Parameters.AddAll(new("asset", assetId), new("owner", ownerId), new("variant", variant));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new(reader.GetString("key"), reader.GetText("name"))
            : null;
    }
}
