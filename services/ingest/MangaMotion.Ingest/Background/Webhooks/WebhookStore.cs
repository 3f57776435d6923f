using MangaMotion.Api;
using Npgsql;
using NpgsqlTypes;

namespace MangaMotion.Ingest.Background.Webhooks;

/// <summary>One delivery to be sent now.</summary>
internal sealed record Delivery(Guid Id, Guid OwnerId, Uri Url, string Body, int Attempt);

/// <summary>The rows in <c>webhook_deliveries</c>.</summary>
internal sealed class WebhookStore(NpgsqlDataSource database)
{
    // An ingest of which dead letters are replayed ends once more, and that is told as well.
    private static readonly string ReopenSql =
        $"""
        insert into webhook_deliveries (ingest_id, owner_id, url)
        select id, owner_id, callback_url from ingests i
        where id = any($1) and callback_url is not null and {Unfinished("i.id")}
        on conflict (ingest_id) where status = 'WAITING' do nothing
        """;

    // $1 are the ingests in question; null for all that wait.
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
          where w.status = 'WAITING' and ($1::uuid[] is null or w.ingest_id = any($1)) and not {Unfinished("w.ingest_id")}
          group by w.id, i.id) ended
        where d.id = ended.id and d.status = 'WAITING'
        """;

    // One of each owner at a time, so that nobody's slow receiver delays another's deliveries. The row is put off by the lease
    // before it is sent: where this process dies, it is sent again.
    private const string ClaimSql =
        """
        with due as (
          select distinct on (owner_id) id from webhook_deliveries
          where status = 'PENDING' and next_attempt_at <= clock_timestamp() and owner_id <> all($1)
          order by owner_id, next_attempt_at limit $2),
        locked as (
          select id from webhook_deliveries where id in (select id from due) and status = 'PENDING' and next_attempt_at <= clock_timestamp()
          for update skip locked)
        update webhook_deliveries d set attempts = attempts + 1, next_attempt_at = clock_timestamp() + $3
        from locked where d.id = locked.id
        returning d.id, d.owner_id, d.url, d.body, d.attempts
        """;

    private const string List =
        """
        select id, ingest_id, url, status, attempts, last_error, created_at, finished_at, delivered_at, next_attempt_at, seq
        from webhook_deliveries
        where owner_id = $1 and ($2::uuid is null or ingest_id = $2) and ($3::text is null or status = $3) and seq < $4
        order by seq desc limit $5
        """;

    /// <summary>Marks the ingests' deliveries as due where the ingest has ended, and opens new ones where it has begun again.</summary>
    /// <param name="ingests">Null looks at all that wait.</param>
    /// <returns>How many became due.</returns>
    public async Task<int> AdvanceAsync(Guid[]? ingests, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        if (ingests is not null)
            batch.BatchCommands.Add(new(ReopenSql) { Parameters = { new NpgsqlParameter<Guid[]> { TypedValue = ingests } } });
        batch.BatchCommands.Add(new(FinishSql)
        {
            Parameters = { new NpgsqlParameter { Value = (object?)ingests ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid } },
        });
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return (int)batch.BatchCommands[^1].Rows;
    }

    /// <summary>Takes deliveries that are due, at most one of each owner that is not busy.</summary>
    public async Task<IReadOnlyList<Delivery>> ClaimAsync(Guid[] busyOwners, int count, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ClaimSql);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = busyOwners });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = lease });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var claimed = new List<Delivery>();
        while (await reader.ReadAsync(cancellationToken))
            claimed.Add(new(reader.GetGuid(0), reader.GetGuid(1), new Uri(reader.GetString(2)), reader.GetString(3), reader.GetInt32(4)));
        return claimed;
    }

    /// <summary>The time until the next delivery is due, negative for one that is; null where there is none.</summary>
    public async Task<TimeSpan?> UntilNextAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select min(next_attempt_at) - clock_timestamp() from webhook_deliveries where status = 'PENDING'");
        return await command.ExecuteScalarAsync(cancellationToken) as TimeSpan?;
    }

    /// <param name="error">Null for one that was delivered.</param>
    /// <param name="retryAfter">Null for the last attempt.</param>
    public async Task EndAsync(Delivery delivery, string? error, TimeSpan? retryAfter, CancellationToken cancellationToken)
    {
        // A replay that was asked for meanwhile has set the attempts to zero: it stays due.
        await using var command = database.CreateCommand(
            """
            update webhook_deliveries set last_error = $3,
              status = case when $3 is null then 'DELIVERED' when $4::interval is null then 'FAILED' else 'PENDING' end,
              next_attempt_at = case when $3 is not null then clock_timestamp() + $4 end,
              delivered_at = case when $3 is null then clock_timestamp() end
            where id = $1 and attempts = $2 and status = 'PENDING'
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = delivery.Id });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = delivery.Attempt });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)error ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)retryAfter ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Interval });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>An owner's deliveries, the newest first, each with its place in the list.</summary>
    /// <param name="before">The place that the page comes after.</param>
    public async Task<List<(WebhookDelivery Delivery, long Place)>> ListAsync(
        Guid ownerId, Guid? ingestId, string? status, long before, int count, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(List);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = ownerId });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)ingestId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)status ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = before });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var deliveries = new List<(WebhookDelivery, long)>();
        while (await row.ReadAsync(cancellationToken))
        {
            var delivery = new WebhookDelivery(
                row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetString(3), row.GetInt32(4), row.IsDBNull(5) ? null : row.GetString(5),
                row.GetFieldValue<DateTimeOffset>(6), Time(row, 7), Time(row, 8), Time(row, 9));
            deliveries.Add((delivery, row.GetInt64(10)));
        }

        return deliveries;
    }

    /// <summary>Sends it (once more) at once, with attempts counted from zero.</summary>
    /// <returns>The status before; null where the owner has no such delivery. One that waits for its ingest stays as it is.</returns>
    public async Task<string?> ReplayAsync(Guid id, Guid ownerId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            with found as (select id, status from webhook_deliveries where id = $1 and owner_id = $2 for update),
            replayed as (
              update webhook_deliveries d set status = 'PENDING', attempts = 0, next_attempt_at = now(), last_error = null, delivered_at = null
              from found where d.id = found.id and found.status <> 'WAITING')
            select status from found
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = ownerId });
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    /// <summary>Secrets that the owner's deliveries are signed with, the newest first. Makes one if there is none.</summary>
    public async Task<IReadOnlyList<string>> GetSecretsAsync(Guid ownerId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            insert into webhook_secrets (owner_id, secret) values ($1, $2)
            on conflict (owner_id) do update set secret = webhook_secrets.secret
            returning secret, case when previous_until > clock_timestamp() then previous_secret end
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = ownerId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = WebhookSigner.CreateSecret() });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return row.IsDBNull(1) ? [row.GetString(0)] : [row.GetString(0), row.GetString(1)];
    }

    /// <summary>Replaces the owner's secret. Deliveries are signed with the one before as well, for the time of <paramref name="overlap"/>.</summary>
    public async Task<string> RenewSecretAsync(Guid ownerId, TimeSpan overlap, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            insert into webhook_secrets (owner_id, secret) values ($1, $2)
            on conflict (owner_id) do update set secret = excluded.secret, created_at = excluded.created_at,
              previous_secret = webhook_secrets.secret, previous_until = clock_timestamp() + $3
            returning secret
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = ownerId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = WebhookSigner.CreateSecret() });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = overlap });
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static string Unfinished(string ingest) =>
        $"(select coalesce(sum(c.queued + c.processing), 0) <> 0 from job_count_totals c where c.ingest_id = {ingest})";

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
