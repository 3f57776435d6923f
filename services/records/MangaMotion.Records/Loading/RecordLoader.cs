using MangaMotion.Jobs.Claims;
using MangaMotion.Records.Payloads;
using MangaMotion.RecordStore.Tables;
using Npgsql;
using NpgsqlTypes;

namespace MangaMotion.Records.Loading;

/// <summary>
/// Writes the rows of one attempt as a load: one transaction, one COPY. The rows stay invisible until the job's result is committed under
/// the same claim token. A payload is therefore stored once or not at all, even if the worker crashes.
/// </summary>
public sealed class RecordLoader(NpgsqlDataSource database)
{
    /// <summary>Writes the records of a payload.</summary>
    /// <param name="read">Reads the payload into the handler and returns the number of records.</param>
    /// <returns>Bytes that were sent to the database.</returns>
    /// <exception cref="PostgresException">The database rejected the rows.</exception>
    /// <exception cref="OperationCanceledException">The claim was lost; the rows are rolled back.</exception>
    public async Task<long> LoadAsync(
        Claim claim, string? collection, PreparedTable table, Func<IRecordHandler, Task<long>> read, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await DeleteEarlierLoadsAsync(connection, claim, cancellationToken);
        var load = await InsertLoadAsync(connection, claim, collection, table.Table, cancellationToken);

        var copy = await connection.BeginRawBinaryCopyAsync(LoadSql.CopyRows(table.Table), cancellationToken);
        using var rows = new RecordRows(table.Table, table.Columns, load, copy);
        long records;
        try
        {
            rows.WriteHeader();
            records = await read(rows);
            rows.WriteTrailer();
            await rows.DrainAsync(cancellationToken);
        }
        catch
        {
            await CancelCopyAsync(copy);
            throw;
        }

        // Postgres reports here whether it accepted the rows.
        await copy.DisposeAsync();
        await CompleteLoadAsync(connection, claim, load, records, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return rows.Bytes;
    }

    /// <summary>Deletes the rows of loads whose entries were deleted before in the same transaction.</summary>
    /// <param name="deleteLoads">Statement that deletes the entries and returns <c>id</c> and <c>table_id</c>.</param>
    /// <returns>Number of loads.</returns>
    internal static async Task<int> DeleteLoadsAsync(NpgsqlCommand deleteLoads, CancellationToken cancellationToken)
    {
        var loads = new List<(long Load, long Table)>();
        await using (var row = await deleteLoads.ExecuteReaderAsync(cancellationToken))
        {
            while (await row.ReadAsync(cancellationToken))
                loads.Add((row.GetInt64(row.GetOrdinal("id")), row.GetInt64(row.GetOrdinal("table_id"))));
        }

        foreach (var (load, table) in loads)
        {
            // The time depends on the number of rows; the job's own time limit bounds it.
            await using var command = new NpgsqlCommand(LoadSql.DeleteRows(table), deleteLoads.Connection) { CommandTimeout = 0 };
            command.Parameters.Add(new NpgsqlParameter<long>("load", load));
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return loads.Count;
    }

    private static async Task DeleteEarlierLoadsAsync(NpgsqlConnection connection, Claim claim, CancellationToken cancellationToken)
    {
        await using var command = CreateClaimCommand(connection, LoadSql.DeleteEarlierLoads, claim);
        await DeleteLoadsAsync(command, cancellationToken);
    }

    private static async Task<long> InsertLoadAsync(
        NpgsqlConnection connection, Claim claim, string? collection, RecordTable table, CancellationToken cancellationToken)
    {
        await using var command = CreateClaimCommand(connection, LoadSql.InsertLoad, claim);
        command.Parameters.Add(new NpgsqlParameter<Guid>("owner", claim.OwnerId ?? Guid.Empty));
        command.Parameters.Add(new("collection", NpgsqlDbType.Text) { Value = (object?)collection ?? DBNull.Value });
        command.Parameters.Add(new("ingest", NpgsqlDbType.Uuid) { Value = (object?)claim.IngestId ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter<long>("table", table.Id));
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task CompleteLoadAsync(
        NpgsqlConnection connection, Claim claim, long load, long records, CancellationToken cancellationToken)
    {
        await using (var lockClaim = CreateClaimCommand(connection, LoadSql.LockClaim, claim))
        {
            if (!(bool)(await lockClaim.ExecuteScalarAsync(cancellationToken))!)
            {
                throw new OperationCanceledException(
                    $"Job {claim.JobId} was canceled or claimed by another worker. The records of this attempt are dropped.");
            }
        }

        await using var update = new NpgsqlCommand(LoadSql.SetRecordCount, connection);
        update.Parameters.Add(new NpgsqlParameter<long>("load", load));
        update.Parameters.Add(new NpgsqlParameter<long>("records", records));
        await update.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task CancelCopyAsync(NpgsqlRawCopyStream copy)
    {
        try
        {
            await copy.CancelAsync();
            await copy.DisposeAsync();
        }
        catch (Exception)
        {
            // The connection is broken, which ended the transaction. The caller gets the exception that caused the cancellation.
        }
    }

    private static NpgsqlCommand CreateClaimCommand(NpgsqlConnection connection, string sql, Claim claim) => new(sql, connection)
    {
        Parameters = { new NpgsqlParameter<Guid>("job", claim.JobId), new NpgsqlParameter<Guid>("token", claim.Token) },
    };
}
