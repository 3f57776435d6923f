using System.Data;
using Npgsql;

namespace MangaMotion.RecordStore;

/// <summary>Deletes the stored records of jobs.</summary>
public static class RecordDeletion
{
    private const string DeleteLoads = "delete from records.loads where job_id = any(@jobs) returning id, table_id";

    /// <summary>Deletes the records that the jobs stored, in a transaction of the caller.</summary>
    public static async Task DeleteAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid[] jobs, CancellationToken cancellationToken)
    {
        var loads = new List<(long Load, long Table)>();
        await using (var command = new NpgsqlCommand(DeleteLoads, connection, transaction))
        {
            command.Parameters.Add(new NpgsqlParameter<Guid[]>("jobs", jobs));
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            while (await row.ReadAsync(cancellationToken))
                loads.Add((row.GetInt64("id"), row.GetInt64("table_id")));
        }

        foreach (var table in loads.GroupBy(load => load.Table, load => load.Load))
        {
            // The name is made of a number of the catalogue.
            var sql = $"delete from records.t{table.Key} where load = any(@loads)";
            await using var command = new NpgsqlCommand(sql, connection, transaction)
            {
                Parameters = { new NpgsqlParameter<long[]>("loads", [.. table]) },
            };
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
