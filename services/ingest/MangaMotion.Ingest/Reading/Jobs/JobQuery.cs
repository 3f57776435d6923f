using System.Text.Json;
using MangaMotion.Api;
using Npgsql;

namespace MangaMotion.Ingest.Reading.Jobs;

/// <summary>Reads one job with its attempts, in one round trip.</summary>
public sealed class JobQuery(NpgsqlDataSource database)
{
    private const string Job =
        """
        select id, type, status, ingest_id, asset_id, lane, attempts, max_attempts, crashes, last_error, params::text, result::text,
          not_before, created_at, updated_at, started_at, finished_at
        from jobs where id = $1 and owner_id = $2
        """;

    private const string Attempts =
        "select worker_id, started_at, ended_at, outcome from job_attempts where job_id = $1 order by started_at";

    public async Task<JobDetail?> FindAsync(Guid id, Guid ownerId, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new(Job) { Parameters = { new() { Value = id }, new() { Value = ownerId } } });
        batch.BatchCommands.Add(new(Attempts) { Parameters = { new() { Value = id } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return null;
        var job = Read(reader);

        await reader.NextResultAsync(cancellationToken);
        var history = new List<JobAttempt>();
        while (await reader.ReadAsync(cancellationToken))
            history.Add(new(reader.GetString(0), reader.GetFieldValue<DateTimeOffset>(1), Time(reader, 2), Text(reader, 3)));
        return job with { History = history };
    }

    private static JobDetail Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        Type = row.GetString(1),
        Status = row.GetString(2),
        IngestId = Id(row, 3),
        AssetId = Id(row, 4),
        Priority = row.GetString(5),
        Attempts = row.GetInt32(6),
        MaxAttempts = row.GetInt32(7),
        Crashes = row.GetInt32(8),
        Error = Text(row, 9),
        Params = JsonElement.Parse(row.GetString(10)),
        Result = Text(row, 11) is { } result ? JsonElement.Parse(result) : null,
        NotBefore = Time(row, 12),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(13),
        UpdatedAt = row.GetFieldValue<DateTimeOffset>(14),
        StartedAt = Time(row, 15),
        FinishedAt = Time(row, 16),
    };

    private static Guid? Id(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetGuid(column);

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
