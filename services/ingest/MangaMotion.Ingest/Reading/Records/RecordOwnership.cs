using Npgsql;

namespace MangaMotion.Ingest.Reading.Records;

/// <summary>Checks that a collection or ingest exists and belongs to an owner. An empty list alone does not show it.</summary>
public sealed class RecordOwnership(NpgsqlDataSource database)
{
    public Task<bool> HasCollectionAsync(Guid ownerId, string collection, CancellationToken cancellationToken) =>
        ExistsAsync(
            "select exists (select from ingests where owner_id = @owner and collection = @key)", ownerId, collection,
            cancellationToken);

    public Task<bool> HasIngestAsync(Guid ownerId, Guid ingestId, CancellationToken cancellationToken) =>
        ExistsAsync("select exists (select from ingests where owner_id = @owner and id = @key)", ownerId, ingestId, cancellationToken);

    private async Task<bool> ExistsAsync(string sql, Guid ownerId, object key, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddAll(new("owner", ownerId), new("key", key));
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
