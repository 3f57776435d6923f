using System.Data;
using MangaMotion.Api;
using Npgsql;

namespace MangaMotion.Ingest.Reading.Operations;

/// <summary>Reads the table of workers, which each worker updates with its heartbeat.</summary>
internal sealed class WorkerQuery(NpgsqlDataSource database)
{
    private const string Sql =
        $"""
        select id, service, version, host, pid,
          case when alive_until > now() then '{WorkerHealth.Alive}' else '{WorkerHealth.Silent}' end as health,
          job_types, concurrency, current_jobs, memory_bytes, started_at, heartbeat_at, sandbox
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
                row.GetString("id"), row.GetString("service"), row.GetString("version"), row.GetString("host"), row.GetInt32("pid"),
                row.GetString("health"), row.GetFieldValue<string[]>("job_types"), row.GetInt32("concurrency"),
                row.GetFieldValue<Guid[]>("current_jobs"), row.GetInt64("memory_bytes"), row.GetFieldValue<DateTimeOffset>("started_at"),
                row.GetFieldValue<DateTimeOffset>("heartbeat_at"), row.GetText("sandbox")));
        }

        return new(workers);
    }
}
