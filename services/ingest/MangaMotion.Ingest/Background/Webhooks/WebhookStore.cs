using System.Data;
using MangaMotion.Api;
using MangaMotion.Ingest.Api;
using Npgsql;
using NpgsqlTypes;

namespace MangaMotion.Ingest.Background.Webhooks;

/// <summary>Claimed delivery, to be sent now.</summary>
internal sealed record Delivery(Guid Id, Guid OwnerId, Uri Url, string Body, int Attempt);

/// <summary>The rows in <c>webhook_deliveries</c>.</summary>
internal sealed class WebhookStore(NpgsqlDataSource database)
{
    // If dead letters of an ingest are replayed, it ends once more and gets another delivery.
    private static readonly string ReopenSql =
        $"""
        insert into webhook_deliveries (ingest_id, owner_id, url)
        select id, owner_id, callback_url from ingests i
        where id = any(@ingests) and callback_url is not null and {WriteUnfinished("i.id")}
        on conflict (ingest_id) where status = 'WAITING' do nothing
        """;

    // The parameter @ingests restricts the statement; null is all waiting deliveries.
    private static readonly string FinishSql =
        $"""
        update webhook_deliveries d set status = 'PENDING', next_attempt_at = now(), finished_at = ended.finished_at, body = ended.body
        from (
          select w.id, max(j.finished_at) as finished_at, json_build_object(
            'type', 'ingest.finished', 'timestamp', max(j.finished_at), 'data', json_build_object(
              'job_id', i.id, 'status', 'finished', 'collection', i.collection, 'progress', json_build_object(
                'done', count(*) filter (where j.status = 'DONE'), 'processing', 0, 'queued', 0,
                'failed', count(*) filter (where j.status = 'FAILED'),
                'canceled', count(*) filter (where j.status = 'CANCELED'), 'total', count(*))))::text as body
          from webhook_deliveries w join ingests i on i.id = w.ingest_id join jobs j on j.ingest_id = i.id
          where w.status = 'WAITING' and (@ingests is null or w.ingest_id = any(@ingests)) and not {WriteUnfinished("w.ingest_id")}
          group by w.id, i.id) ended
        where d.id = ended.id and d.status = 'WAITING'
        """;

    // An owner has one delivery at a time, so a slow receiver delays no other owner. The time of the next attempt is moved by the lease
    // before the delivery is sent, so it is sent again after a crash.
    private const string ClaimSql =
        """
        with due as (
          select distinct on (owner_id) id from webhook_deliveries
          where status = 'PENDING' and next_attempt_at <= clock_timestamp() and owner_id <> all(@busy)
          order by owner_id, next_attempt_at limit @count),
        locked as (
          select id from webhook_deliveries
          where id in (select id from due) and status = 'PENDING' and next_attempt_at <= clock_timestamp()
          for update skip locked)
        update webhook_deliveries d set attempts = attempts + 1, next_attempt_at = clock_timestamp() + @lease
        from locked where d.id = locked.id
        returning d.id, d.owner_id, d.url, d.body, d.attempts
        """;

    private const string List =
        """
        select id, ingest_id, url, status, attempts, last_error, created_at, finished_at, delivered_at, next_attempt_at, seq
        from webhook_deliveries
        where owner_id = @owner and (@ingest is null or ingest_id = @ingest) and (@status is null or status = @status) and seq < @before
        order by seq desc limit @count
        """;

    /// <summary>Marks deliveries of ended ingests as due, and inserts new ones for ingests that run again.</summary>
    /// <param name="ingests">Ingests to check; null checks all waiting deliveries.</param>
    /// <returns>Number of deliveries that became due.</returns>
    public async Task<int> AdvanceAsync(Guid[]? ingests, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        if (ingests is not null)
            batch.BatchCommands.Add(new(ReopenSql) { Parameters = { new("ingests", ingests) } });
        batch.BatchCommands.Add(new(FinishSql)
        {
            Parameters = { new("ingests", NpgsqlDbType.Array | NpgsqlDbType.Uuid) { Value = (object?)ingests ?? DBNull.Value } },
        });
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return (int)batch.BatchCommands[^1].Rows;
    }

    /// <summary>Claims due deliveries, at most one of each owner that is not busy.</summary>
    public async Task<IReadOnlyList<Delivery>> ClaimAsync(Guid[] busyOwners, int count, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ClaimSql);
        command.Parameters.AddAll(new("busy", busyOwners), new("count", count), new("lease", lease));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var claimed = new List<Delivery>();
        while (await reader.ReadAsync(cancellationToken))
        {
            claimed.Add(new(
                reader.GetGuid("id"), reader.GetGuid("owner_id"), new Uri(reader.GetString("url")), reader.GetString("body"),
                reader.GetInt32("attempts")));
        }

        return claimed;
    }

    /// <summary>Gets the time until the next delivery is due, negative if one is due already; null without a pending delivery.</summary>
    public async Task<TimeSpan?> GetTimeToNextAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "select min(next_attempt_at) - clock_timestamp() from webhook_deliveries where status = 'PENDING'");
        return await command.ExecuteScalarAsync(cancellationToken) as TimeSpan?;
    }

    /// <summary>Writes the outcome of an attempt.</summary>
    /// <param name="error">Null if the receiver accepted the delivery.</param>
    /// <param name="retryAfter">Time until the next attempt; null after the last one.</param>
    public async Task EndAsync(Delivery delivery, string? error, TimeSpan? retryAfter, CancellationToken cancellationToken)
    {
        // A replay in the meantime has reset the attempts. Its delivery stays due.
        await using var command = database.CreateCommand(
            """
            update webhook_deliveries set last_error = @error,
              status = case when @error is null then 'DELIVERED' when @retry_after is null then 'FAILED' else 'PENDING' end,
              next_attempt_at = case when @error is not null then clock_timestamp() + @retry_after end,
              delivered_at = case when @error is null then clock_timestamp() end
            where id = @id and attempts = @attempt and status = 'PENDING'
            """);
        command.Parameters.AddAll(
            new("id", delivery.Id),
            new("attempt", delivery.Attempt),
            new("error", NpgsqlDbType.Text) { Value = (object?)error ?? DBNull.Value },
            new("retry_after", NpgsqlDbType.Interval) { Value = (object?)retryAfter ?? DBNull.Value });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Lists the deliveries of an owner, newest first, each with its place in the list.</summary>
    /// <param name="before">Place of the last delivery of the previous page.</param>
    public async Task<List<(WebhookDelivery Delivery, long Place)>> ListAsync(
        Guid ownerId, Guid? ingestId, string? status, long before, int count, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(List);
        command.Parameters.AddAll(
            new("owner", ownerId),
            new("ingest", NpgsqlDbType.Uuid) { Value = (object?)ingestId ?? DBNull.Value },
            ListQuery.Text("status", status),
            new("before", before),
            new("count", count));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var deliveries = new List<(WebhookDelivery, long)>();
        while (await row.ReadAsync(cancellationToken))
        {
            var delivery = new WebhookDelivery(
                row.GetGuid("id"), row.GetGuid("ingest_id"), row.GetString("url"), row.GetString("status"), row.GetInt32("attempts"),
                row.GetText("last_error"), row.GetFieldValue<DateTimeOffset>("created_at"),
                row.GetFieldValue<DateTimeOffset?>("finished_at"), row.GetFieldValue<DateTimeOffset?>("delivered_at"),
                row.GetFieldValue<DateTimeOffset?>("next_attempt_at"));
            deliveries.Add((delivery, row.GetInt64("seq")));
        }

        return deliveries;
    }

    /// <summary>Makes a delivery due now and resets its attempts. A delivery that waits for its ingest is not changed.</summary>
    /// <returns>The status before; null if the owner has no such delivery.</returns>
    public async Task<string?> ReplayAsync(Guid id, Guid ownerId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            with found as (select id, status from webhook_deliveries where id = @id and owner_id = @owner for update),
            replayed as (
              update webhook_deliveries d
              set status = 'PENDING', attempts = 0, next_attempt_at = now(), last_error = null, delivered_at = null
              from found where d.id = found.id and found.status <> 'WAITING')
            select status from found
            """);
        command.Parameters.AddAll(new("id", id), new("owner", ownerId));
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    /// <summary>Gets the secrets that sign the deliveries of an owner, newest first. Creates one if there is none.</summary>
    public async Task<IReadOnlyList<string>> GetSecretsAsync(Guid ownerId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            insert into webhook_secrets (owner_id, secret) values (@owner, @secret)
            on conflict (owner_id) do update set secret = webhook_secrets.secret
            returning secret, case when previous_until > clock_timestamp() then previous_secret end as previous
            """);
        command.Parameters.AddAll(new("owner", ownerId), new("secret", WebhookSigner.CreateSecret()));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return row.GetText("previous") is { } previous ? [row.GetString("secret"), previous] : [row.GetString("secret")];
    }

    /// <summary>Replaces the secret of an owner.</summary>
    /// <param name="overlap">Time in which deliveries are signed with the old secret as well.</param>
    public async Task<string> RenewSecretAsync(Guid ownerId, TimeSpan overlap, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            insert into webhook_secrets (owner_id, secret) values (@owner, @secret)
            on conflict (owner_id) do update set secret = excluded.secret, created_at = excluded.created_at,
              previous_secret = webhook_secrets.secret, previous_until = clock_timestamp() + @overlap
            returning secret
            """);
        command.Parameters.AddAll(new("owner", ownerId), new("secret", WebhookSigner.CreateSecret()), new("overlap", overlap));
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static string WriteUnfinished(string ingest) =>
        $"(select coalesce(sum(c.queued + c.processing), 0) <> 0 from job_count_totals c where c.ingest_id = {ingest})";
}
