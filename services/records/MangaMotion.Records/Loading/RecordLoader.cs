using MangaMotion.Jobs.Claims;
using MangaMotion.Records.Payloads;
using MangaMotion.RecordStore.Tables;
using Npgsql;
using NpgsqlTypes;

namespace MangaMotion.Records.Loading;

/// <summary>
/// Writes the rows of one attempt: a load, in one transaction, by COPY. They stay unseen until the job's result is committed
/// under the same claim token, so whatever dies in between, a payload is there once or not at all.
/// </summary>
public sealed class RecordLoader(NpgsqlDataSource database)
{
    // A load of an attempt that died between its commit and that of its result.
    private const string EarlierLoads =
        "delete from records.loads where job_id = $1 and claim_token <> $2 returning id, table_id";

    private const string InsertLoad =
        """
        insert into records.loads (job_id, claim_token, owner_id, collection, ingest_id, table_id)
        values ($1, $2, $3, $4, $5, $6) returning id
        """;

    // The lock holds the claim until our commit: who takes the job over later finds this load and removes it.
    private const string HoldClaim =
        "select exists (select from (select id from jobs where id = $1 and claim_token = $2 and status = 'PROCESSING' for share) claim)";

    /// <param name="read">Reads the payload's records into the handler.</param>
    /// <returns>Bytes that were sent to the database.</returns>
    /// <exception cref="PostgresException">The database refused the rows.</exception>
    public async Task<long> LoadAsync(
        Claim claim, string? collection, PreparedTable table, Func<IRecordHandler, Task<long>> read, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await RemoveEarlierAsync(connection, claim, cancellationToken);
        var load = await InsertAsync(connection, claim, collection, table.Table, cancellationToken);

        var copy = await connection.BeginRawBinaryCopyAsync(RecordRows.Statement(table.Table), cancellationToken);
        using var rows = new RecordRows(table.Table, table.Columns, load, copy);
        long records;
        try
        {
            rows.Begin();
            records = await read(rows);
            rows.End();
            await rows.DrainAsync(cancellationToken);
        }
        catch
        {
            await CancelAsync(copy);
            throw;
        }

        // Here Postgres says whether it took them.
        await copy.DisposeAsync();
        await FinishAsync(connection, claim, load, records, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return rows.Bytes;
    }

    /// <summary>Removes the rows of a load that nobody sees, in the caller's transaction.</summary>
    internal static async Task DeleteRowsAsync(NpgsqlConnection connection, long load, long table, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, $"delete from records.t{table} where load = $1", load);
        // As long as there are rows; the job's own limit ends it.
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task RemoveEarlierAsync(NpgsqlConnection connection, Claim claim, CancellationToken cancellationToken)
    {
        var earlier = new List<(long Load, long Table)>();
        await using (var command = Command(connection, EarlierLoads, claim.JobId, claim.Token))
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await row.ReadAsync(cancellationToken))
                earlier.Add((row.GetInt64(0), row.GetInt64(1)));
        }

        foreach (var (load, table) in earlier)
            await DeleteRowsAsync(connection, load, table, cancellationToken);
    }

    private static async Task<long> InsertAsync(NpgsqlConnection connection, Claim claim, string? collection, RecordTable table, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, InsertLoad, claim.JobId, claim.Token, claim.OwnerId ?? Guid.Empty);
        command.Parameters.Add(new() { Value = (object?)collection ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (object?)claim.IngestId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = table.Id });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task FinishAsync(NpgsqlConnection connection, Claim claim, long load, long records, CancellationToken cancellationToken)
    {
        await using (var held = Command(connection, HoldClaim, claim.JobId, claim.Token))
        {
            if (!(bool)(await held.ExecuteScalarAsync(cancellationToken))!)
                throw new OperationCanceledException($"Job {claim.JobId} was canceled or taken over while its records were written; they are dropped.");
        }

        await using var update = Command(connection, "update records.loads set records = $2 where id = $1", load, records);
        await update.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task CancelAsync(NpgsqlRawCopyStream copy)
    {
        try
        {
            await copy.CancelAsync();
            await copy.DisposeAsync();
        }
        catch (Exception)
        {
            // The connection is broken, and the transaction ended with it. What broke it is on its way to the caller.
        }
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
            command.Parameters.Add(new() { Value = parameter });
        return command;
    }
}
