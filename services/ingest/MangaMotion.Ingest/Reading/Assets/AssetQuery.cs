using MangaMotion.Api;
using Npgsql;

namespace MangaMotion.Ingest.Reading.Assets;

/// <summary>Where a variant of an asset is stored.</summary>
/// <param name="DownloadName">Set for an original only, which a browser saves and does not show.</param>
public sealed record StoredAsset(string Key, string? DownloadName);

public sealed class AssetQuery(NpgsqlDataSource database)
{
    private const string Original = "select key, name from assets where id = $1 and owner_id = $2";

    private const string Derivative =
        """
        select file ->> 'key', null from jobs j, jsonb_array_elements(j.result -> 'files') file
        where j.asset_id = $1 and j.owner_id = $2 and j.ingest_id = (select ingest_id from assets where id = $1)
          and j.status = 'DONE' and file ->> 'variant' = $3
        """;

    public async Task<StoredAsset?> FindAsync(Guid assetId, string variant, Guid ownerId, CancellationToken cancellationToken)
    {
        var original = variant == AssetVariants.Original;
        await using var command = database.CreateCommand(original ? Original : Derivative);
        command.Parameters.Add(new() { Value = assetId });
        command.Parameters.Add(new() { Value = ownerId });
        if (!original)
            command.Parameters.Add(new() { Value = variant });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new(reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetString(1))
            : null;
    }
}
