using System.Data;
using MangaMotion.Api;
using MangaMotion.Jobs.Running;
using MangaMotion.ServiceDefaults.Problems;
using Npgsql;

namespace MangaMotion.Ingest.Reading.Operations;

/// <summary>Reads the table of workers, which each worker updates with its heartbeat, and marks workers that are to drain.</summary>
internal sealed class WorkerQuery(NpgsqlDataSource database)
{
    private const string Sql =
        $"""
        select id, service, version, host, pid,
          case when alive_until > now() then '{WorkerHealth.Alive}' else '{WorkerHealth.Silent}' end as health,
          job_types, concurrency, current_jobs, memory_bytes, started_at, heartbeat_at, sandbox, draining_since,
          drained_by
        from workers where heartbeat_at > now() - interval '1 day' order by service, started_at, id
        """;

    private const string DrainSql =
        """
        update workers set draining_since = case when @drain then coalesce(draining_since, clock_timestamp()) end,
          drained_by = case when @drain then coalesce(drained_by, @by) end
        where id = @id and heartbeat_at > now() - interval '1 day'
        returning pg_notify(@channel, @id)
        """;

    /// <summary>Begins or lifts the drain of a worker, which notices it within a second, or with its next heartbeat.</summary>
    /// <param name="by">Name of the key of the caller.</param>
    public async Task<WorkerInfo> SetDrainAsync(string id, bool drain, string by, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(DrainSql);
        command.Parameters.Add(new NpgsqlParameter<string>("id", id));
        command.Parameters.Add(new NpgsqlParameter<bool>("drain", drain));
        command.Parameters.Add(new NpgsqlParameter<string>("by", by));
        command.Parameters.Add(new NpgsqlParameter<string>("channel", WorkerDrain.Channel));
        await command.ExecuteNonQueryAsync(cancellationToken);
        return (await ListAsync(cancellationToken)).Workers.SingleOrDefault(worker => worker.Id == id)
            ?? throw new ProblemException(404, "unknown_worker", "There is no such worker. GET /workers lists those of the last day.");
    }

    public async Task<WorkerList> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var workers = new List<WorkerInfo>();
        while (await row.ReadAsync(cancellationToken))
        {
            workers.Add(new(
                row.GetString("id"), row.GetString("service"), row.GetString("version"), row.GetString("host"), row.GetInt32("pid"),
                row.GetString("health"), row.GetFieldValue<string[]>("job_types"), row.GetInt32("concurrency"),
                row.GetFieldValue<Guid[]>("current_jobs"), row.GetInt64("memory_bytes"), row.GetFieldValue<DateTimeOffset>("started_at"),
                row.GetFieldValue<DateTimeOffset>("heartbeat_at"), row.GetText("sandbox"))
            {
                DrainingSince = row.GetFieldValue<DateTimeOffset?>("draining_since"),
                DrainedBy = row.GetText("drained_by"),
            });
        }

        return new(workers);
    }
}
