using System.Text.Json;
using MangaMotion.Api;
using MangaMotion.Jobs;
using MangaMotion.ServiceDefaults.Problems;
using Npgsql;
using NpgsqlTypes;

namespace MangaMotion.Ingest.Reading.DeadLetters;

/// <summary>Takes requests to run dead letters again, and tells how far they are. Any instance carries them out.</summary>
internal sealed class RetryQuery(NpgsqlDataSource database, JobTypes types)
{
    // What waits in another batch already is left to that one: a second request has no second effect.
    private const string Create =
        $"""
        with batch as (
          insert into replay_batches (id, owner_id, canary, filter, total) values ($11, $15, $12, $13::jsonb, 0)),
        item as (
          insert into replay_items (batch_id, position, dead_letter_id)
          select $11, row_number() over (order by f.created_at, f.id), f.id {DeadLetterFilter.From} and f.job_type = any($14)
          on conflict (dead_letter_id) where status in ('WAITING', 'RELEASED') do nothing
          returning 1)
        select count(*) from item
        """;

    private const string SetTotal = "update replay_batches set total = (select count(*) from replay_items where batch_id = $1) where id = $1";

    private const string Progress =
        """
        select b.status, b.canary, b.filter::text, b.total, b.reason, b.created_at,
          count(*) filter (where i.status = 'WAITING'), count(*) filter (where i.status = 'RELEASED'), count(*) filter (where i.status = 'SUCCEEDED'),
          count(*) filter (where i.status = 'FAILED'), count(*) filter (where i.status = 'CANCELED'), count(*) filter (where i.status = 'SKIPPED')
        from replay_batches b left join replay_items i on i.batch_id = b.id
        where b.id = $1 and b.owner_id = $2 group by b.id
        """;

    /// <param name="owners">Owners whose dead letters are replayed.</param>
    public async Task<ReplayProgress> CreateAsync(ReplayFailedJobs request, Guid ownerId, Guid[] owners, CancellationToken cancellationToken)
    {
        var filter = FilterOf(request);
        var id = Guid.CreateVersion7();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (filter.Ids is not null)
            await RequireAsync(connection, filter.Ids, owners, cancellationToken);

        var create = new NpgsqlBatchCommand(Create);
        filter.AddTo(create.Parameters, owners);
        create.Parameters.Add(new() { Value = id });
        create.Parameters.Add(new() { Value = request.Canary });
        create.Parameters.Add(new() { Value = JsonSerializer.Serialize(request, ApiJson.Options) });
        create.Parameters.Add(new() { Value = types.All.Select(type => type.Name).ToArray() });
        create.Parameters.Add(new() { Value = ownerId });
        await using (var batch = new NpgsqlBatch(connection) { BatchCommands = { create, new(SetTotal) { Parameters = { new() { Value = id } } } } })
            await batch.ExecuteNonQueryAsync(cancellationToken);
        return (await FindAsync(id, ownerId, cancellationToken))!;
    }

    public async Task<ReplayProgress?> FindAsync(Guid id, Guid ownerId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Progress);
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = ownerId });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
            return null;
        var (waiting, running) = (row.GetInt64(6), row.GetInt64(7));
        var (succeeded, failed, canceled) = (row.GetInt64(8), row.GetInt64(9), row.GetInt64(10));
        return new()
        {
            Id = id,
            Status = StatusOf(row.GetString(0), waiting + running),
            Canary = row.GetBoolean(1),
            Filter = JsonElement.Parse(row.GetString(2)),
            Total = row.GetInt32(3),
            Reason = row.IsDBNull(4) ? null : row.GetString(4),
            CreatedAt = row.GetFieldValue<DateTimeOffset>(5),
            Waiting = waiting,
            Released = running + succeeded + failed + canceled,
            Succeeded = succeeded,
            FailedAgain = failed,
            Canceled = canceled,
            Skipped = row.GetInt64(11),
        };
    }

    private static string StatusOf(string batchStatus, long unfinished) =>
        unfinished > 0 || batchStatus == "RELEASING" ? ReplayStatuses.Running
        : batchStatus == "STOPPED" ? ReplayStatuses.Stopped
        : ReplayStatuses.Finished;

    private static DeadLetterFilter FilterOf(ReplayFailedJobs request)
    {
        string?[] texts = [request.Type, request.Error, request.Collection, request.Fingerprint, request.Q];
        if (Array.Exists(texts, text => text?.Contains('\0', StringComparison.Ordinal) == true))
            throw new ProblemException(400, "invalid_filter", "The filter has a null character (\\u0000), which no dead letter has.");
        var filter = new DeadLetterFilter
        {
            Status = "FAILED",
            Type = request.Type,
            Error = request.Error,
            Collection = request.Collection,
            Since = request.Since,
            Until = request.Until,
            Fingerprint = request.Fingerprint,
            Text = request.Q,
            Ids = request.Ids?.ToArray(),
        };
        var restricted = filter != new DeadLetterFilter { Status = "FAILED" };
        return request.All == restricted
            ? throw new ProblemException(400, "invalid_filter", request.All
                ? "'all' goes with no other filter; leave one of them out."
                : "Say which dead letters to run again: 'all': true, or one or more of fingerprint, type, ids, error, collection, since, until, q.")
            : filter;
    }

    /// <summary>A list of ids means these; one that is not there is a mistake to be told.</summary>
    private static async Task RequireAsync(NpgsqlConnection connection, Guid[] ids, Guid[] owners, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select id from unnest($1) as asked (id) where not exists (select from failed_jobs f where f.id = asked.id and f.owner_id = any($2)) limit 1", connection)
        {
            Parameters = { new() { Value = ids, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid }, new() { Value = owners } },
        };
        if (await command.ExecuteScalarAsync(cancellationToken) is Guid unknown)
            throw new ProblemException(404, "unknown_failed_job", $"There is no dead letter {unknown}, or it is not yours; nothing was run again.");
    }
}
