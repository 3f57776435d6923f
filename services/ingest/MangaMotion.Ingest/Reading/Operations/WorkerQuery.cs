using MangaMotion.Api;
using Npgsql;

namespace MangaMotion.Ingest.Reading.Operations;

/// <summary>Reads the table of workers, which each worker updates with its heartbeat.</summary>
internal sealed class WorkerQuery(NpgsqlDataSource database)
{
    private const string Sql =
        $"""
        select id, service, version, host, pid,
          case when alive_until > now() then '{WorkerHealth.Alive}' else '{WorkerHealth.Silent}' end, job_types, concurrency, current_jobs,
          memory_bytes, started_at, heartbeat_at, sandbox
        from workers where heartbeat_at > now() - interval '1 day' order by service, started_at, id
        """;

    public async Task<WorkerList> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var workers = new List<WorkerInfo>();
        while (await row.ReadAsync(cancellationToken))
        {
            workers.Add(new(
                row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetInt32(4), row.GetString(5),
                row.GetFieldValue<string[]>(6), row.GetInt32(7), row.GetFieldValue<Guid[]>(8), row.GetInt64(9),
                row.GetFieldValue<DateTimeOffset>(10), row.GetFieldValue<DateTimeOffset>(11), row.IsDBNull(12) ? null : row.GetString(12)));
        }

        return new(workers);
    }
}
