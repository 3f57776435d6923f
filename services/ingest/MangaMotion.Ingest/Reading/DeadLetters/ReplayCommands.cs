using System.Data;
using System.Text.Json;
using MangaMotion.Api;
using MangaMotion.Ingest.Api;
using MangaMotion.Jobs;
using MangaMotion.ServiceDefaults.Problems;
using Npgsql;

namespace MangaMotion.Ingest.Reading.DeadLetters;

/// <summary>Inserts replays of dead letters, which any instance carries out, and reads their progress.</summary>
internal sealed class ReplayCommands(NpgsqlDataSource database, JobTypes types)
{
    // A dead letter that waits in another batch is left to that batch, so a repeated request has no second effect.
    // Fires replay_batch_created, which notifies the instances.
    private const string Create =
        $"""
        with batch as (
          insert into replay_batches (id, owner_id, canary, filter, total) values (@batch, @caller, @canary, @filter::jsonb, 0)),
        item as (
          insert into replay_items (batch_id, position, dead_letter_id)
          select @batch, row_number() over (order by f.created_at, f.id), f.id {DeadLetterFilter.From} and f.job_type = any(@types)
          on conflict (dead_letter_id) where status in ('WAITING', 'RELEASED') do nothing
          returning 1)
        select count(*) from item
        """;

    private const string SetTotal =
        "update replay_batches set total = (select count(*) from replay_items where batch_id = @batch) where id = @batch";

    private const string Progress =
        """
        select b.status, b.canary, b.filter::text as filter, b.total, b.reason, b.created_at,
          count(*) filter (where i.status = 'WAITING') as waiting, count(*) filter (where i.status = 'RELEASED') as running,
          count(*) filter (where i.status = 'SUCCEEDED') as succeeded, count(*) filter (where i.status = 'FAILED') as failed,
          count(*) filter (where i.status = 'CANCELED') as canceled, count(*) filter (where i.status = 'SKIPPED') as skipped
        from replay_batches b left join replay_items i on i.batch_id = b.id
        where b.id = @batch and b.owner_id = @owner group by b.id
        """;

    /// <param name="owners">Owners whose dead letters are replayed.</param>
    /// <exception cref="ProblemException">400: the filter is not valid. 404: there is no dead letter with one of the ids.</exception>
    public async Task<ReplayProgress> CreateAsync(
        ReplayFailedJobs request, Guid ownerId, Guid[] owners, CancellationToken cancellationToken)
    {
        var filter = ReadFilter(request);
        var id = Guid.CreateVersion7();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (filter.Ids is not null)
            await CheckIdsAsync(connection, filter.Ids, owners, cancellationToken);

        var create = new NpgsqlBatchCommand(Create);
        filter.AddParameters(create.Parameters, owners);
        create.Parameters.AddAll(
            new("batch", id),
            new("caller", ownerId),
            new("canary", request.Canary),
            new("filter", JsonSerializer.Serialize(request, ApiJson.Options)),
            new("types", types.All.Select(type => type.Name).ToArray()));
        var setTotal = new NpgsqlBatchCommand(SetTotal) { Parameters = { new("batch", id) } };
        await using (var batch = new NpgsqlBatch(connection) { BatchCommands = { create, setTotal } })
            await batch.ExecuteNonQueryAsync(cancellationToken);
        return (await FindAsync(id, ownerId, cancellationToken))!;
    }

    public async Task<ReplayProgress?> FindAsync(Guid id, Guid ownerId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Progress);
        command.Parameters.AddAll(new("batch", id), new("owner", ownerId));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
            return null;
        var (waiting, running) = (row.GetInt64("waiting"), row.GetInt64("running"));
        var (succeeded, failed) = (row.GetInt64("succeeded"), row.GetInt64("failed"));
        var canceled = row.GetInt64("canceled");
        return new()
        {
            Id = id,
            Status = NameStatus(row.GetString("status"), waiting + running),
            Canary = row.GetBoolean("canary"),
            Filter = JsonElement.Parse(row.GetString("filter")),
            Total = row.GetInt32("total"),
            Reason = row.GetText("reason"),
            CreatedAt = row.GetFieldValue<DateTimeOffset>("created_at"),
            Waiting = waiting,
            Released = running + succeeded + failed + canceled,
            Succeeded = succeeded,
            FailedAgain = failed,
            Canceled = canceled,
            Skipped = row.GetInt64("skipped"),
        };
    }

    private static string NameStatus(string batchStatus, long unfinished) =>
        unfinished > 0 || batchStatus == "RELEASING" ? ReplayStatuses.Running
        : batchStatus == "STOPPED" ? ReplayStatuses.Stopped
        : ReplayStatuses.Finished;

    private static DeadLetterFilter ReadFilter(ReplayFailedJobs request)
    {
        string?[] texts = [request.Type, request.Error, request.Collection, request.Fingerprint, request.Q];
        if (Array.Exists(texts, text => text?.Contains('\0', StringComparison.Ordinal) == true))
            throw new ProblemException(400, "invalid_filter", "The filter has a null character (\\u0000). Send it without.");
        ListQuery.CheckOneOf("type", request.Type, KnownParameters.ValuesOf(typeof(JobTypeNames)));
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
                ? "'all' cannot be combined with another filter. Leave one of them out."
                : "Say which dead letters to replay: 'all': true, or one or more of fingerprint, type, ids, error, collection, since, "
                    + "until, q.")
            : filter;
    }

    /// <summary>Checks that each listed dead letter exists.</summary>
    private static async Task CheckIdsAsync(NpgsqlConnection connection, Guid[] ids, Guid[] owners, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select id from unnest(@ids) as asked (id)
            where not exists (select from failed_jobs f where f.id = asked.id and f.owner_id = any(@owners)) limit 1
            """,
            connection)
        {
            Parameters = { new("ids", ids), new("owners", owners) },
        };
        if (await command.ExecuteScalarAsync(cancellationToken) is not Guid unknown)
            return;
        throw new ProblemException(
            404, "unknown_failed_job", $"There is no dead letter {unknown}, or it is not yours. Nothing was replayed.");
    }
}
