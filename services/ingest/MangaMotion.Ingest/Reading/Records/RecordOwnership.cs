using Npgsql;

namespace MangaMotion.Ingest.Reading.Records;

/// <summary>Tells what is not there, or another's, from what is empty.</summary>
public sealed class RecordOwnership(NpgsqlDataSource database)
{
    public Task<bool> HasCollectionAsync(Guid ownerId, string collection, CancellationToken cancellationToken) =>
        ExistsAsync("select exists (select from ingests where owner_id = $1 and collection = $2)", ownerId, collection, cancellationToken);

    public Task<bool> HasIngestAsync(Guid ownerId, Guid ingestId, CancellationToken cancellationToken) =>
        ExistsAsync("select exists (select from ingests where owner_id = $1 and id = $2)", ownerId, ingestId, cancellationToken);

    private async Task<bool> ExistsAsync(string sql, Guid ownerId, object key, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = ownerId });
        command.Parameters.Add(new() { Value = key });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
