using System.Data;
using System.Text.Json;
using MangaMotion.Api;
using Npgsql;

namespace MangaMotion.Ingest.Reading.Jobs;

/// <summary>Reads one job with its attempts, in one round trip.</summary>
public sealed class JobQuery(NpgsqlDataSource database)
{
    private const string Job =
        """
        select id, type, status, ingest_id, asset_id, lane, attempts, max_attempts, crashes, last_error, params::text as params,
          result::text as result,
          not_before, created_at, updated_at, started_at, finished_at
        from jobs where id = @job and owner_id = @owner
        """;

    private const string Attempts =
        "select worker_id, started_at, ended_at, outcome from job_attempts where job_id = @job order by started_at";

    public async Task<JobDetail?> FindAsync(Guid id, Guid ownerId, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new(Job) { Parameters = { new("job", id), new("owner", ownerId) } });
        batch.BatchCommands.Add(new(Attempts) { Parameters = { new("job", id) } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return null;
        var job = Read(reader);

        await reader.NextResultAsync(cancellationToken);
        var history = new List<JobAttempt>();
        while (await reader.ReadAsync(cancellationToken))
        {
            history.Add(new(
                reader.GetString("worker_id"), reader.GetFieldValue<DateTimeOffset>("started_at"),
                reader.GetFieldValue<DateTimeOffset?>("ended_at"), reader.GetText("outcome")));
        }

        return job with { History = history };
    }

    private static JobDetail Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid("id"),
        Type = row.GetString("type"),
        Status = row.GetString("status"),
        IngestId = row.GetFieldValue<Guid?>("ingest_id"),
        AssetId = row.GetFieldValue<Guid?>("asset_id"),
        Priority = row.GetString("lane"),
        Attempts = row.GetInt32("attempts"),
        MaxAttempts = row.GetInt32("max_attempts"),
        Crashes = row.GetInt32("crashes"),
        Error = row.GetText("last_error"),
        Params = JsonElement.Parse(row.GetString("params")),
        Result = row.GetText("result") is { } result ? JsonElement.Parse(result) : null,
        NotBefore = row.GetFieldValue<DateTimeOffset?>("not_before"),
        CreatedAt = row.GetFieldValue<DateTimeOffset>("created_at"),
        UpdatedAt = row.GetFieldValue<DateTimeOffset>("updated_at"),
        StartedAt = row.GetFieldValue<DateTimeOffset?>("started_at"),
        FinishedAt = row.GetFieldValue<DateTimeOffset?>("finished_at"),
    };
}
