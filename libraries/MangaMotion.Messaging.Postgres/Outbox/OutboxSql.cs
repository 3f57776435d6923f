using Npgsql;
using NpgsqlTypes;

namespace MangaMotion.Messaging.Postgres.Outbox;

/// <summary>Statements of the table <c>outbox</c>.</summary>
/// <remarks>
/// Parameters are positional and columns are read by position: these statements run for every message, and Npgsql rewrites named parameters
/// for each command. An insert fires the trigger that notifies listeners of the channel <c>outbox</c>; no other statement fires one.
/// </remarks>
internal static class OutboxSql
{
    private const string InsertText =
        """
        insert into outbox (
            id, not_before, group_id, follows, announced, message_id, destination, message_types, content_type, body, envelope, token)
        select
            m.id, coalesce(m.not_before, clock_timestamp() + m.delay, now()), m.group_id, m.follows, $1, m.message_id, m.destination,
            m.message_types, m.content_type, m.body, m.envelope, m.token
        from unnest(
                $2::uuid[], $3::timestamptz[], $4::interval[], $5::uuid[], $6::boolean[], $7::uuid[], $8::text[], $9::text[], $10::text[],
                $11::bytea[], $12::json[], $13::uuid[])
             with ordinality as m (
                id, not_before, delay, group_id, follows, message_id, destination, message_types, content_type, body, envelope, token,
                position)
        order by m.position
        """;

    /// <summary>
    /// Selects due groups completely and locks their first rows. That is enough, because a row that follows another is never selected
    /// alone. $1 is the maximum number of rows. <see cref="PromoteText"/> continues a group that the limit divides.
    /// </summary>
    public const string SelectText =
        """
        with due as materialized (
            select id, seq, group_id from outbox
            where not follows and not_before <= now()
            order by not_before, seq limit $1
            for update skip locked)
        select o.id, o.group_id, o.attempts, o.message_id, o.destination, o.message_types, o.content_type, o.body, o.envelope from (
            select o.*, o.seq as head from due join outbox o on o.id = due.id
            union all
            select o.*, due.seq as head from due join outbox o on o.group_id = due.group_id and o.follows) o
        order by o.head, o.seq limit $1
        """;

    public const string DeleteText = "delete from outbox where id = any($1)";

    /// <summary>
    /// Removes failed rows from their group and delays them with exponential back-off, 0.1 s up to 60 s. A rejected message closes the
    /// channel and fails others with it; the jitter separates them.
    /// </summary>
    public const string PostponeText =
        """
        update outbox o
        set attempts = o.attempts + 1, last_error = f.error, follows = false, group_id = null,
            not_before = now() + make_interval(secs => least(60, 0.2 * power(2, least(o.attempts, 20)) * (0.5 + random())))
        from unnest($1::uuid[], $2::text[]) as f (id, error)
        where o.id = f.id
        """;

    /// <summary>Releases claims, so that any instance can deliver the rows.</summary>
    public const string ReleaseText = "update outbox set not_before = now() where id = any($1) and not follows";

    /// <summary>Makes the oldest remaining row of a group its first row.</summary>
    public const string PromoteText =
        "update outbox set follows = false where group_id = $1 and follows and seq = (select min(seq) from outbox where group_id = $1)";

    /// <summary>Selects the seconds until the next row is due. Rows that another instance is delivering are locked and skipped.</summary>
    public const string NextDueText =
        """
        select extract(epoch from not_before - clock_timestamp())::float8
        from outbox where not follows order by not_before, seq limit 1 for update skip locked
        """;

    /// <summary>Creates one insert of all messages. Messages that are due immediately form a group that is delivered in order.</summary>
    /// <param name="announced">Whether this process delivers the messages itself, so that no listener must be notified.</param>
    public static NpgsqlBatchCommand CreateInsert(IReadOnlyList<OutboxMessage> messages, bool announced)
    {
        Guid? group = messages.Count(message => !message.IsDelayed) > 1 ? Guid.CreateVersion7() : null;
        var count = messages.Count;
        var id = new Guid[count];
        var notBefore = new DateTime?[count];
        var delay = new TimeSpan?[count];
        var groupId = new Guid?[count];
        var follows = new bool[count];
        var messageId = new Guid[count];
        var destination = new string[count];
        var messageTypes = new string[count];
        var contentType = new string[count];
        var body = new byte[count][];
        var envelope = new string[count];
        var token = new Guid?[count];
        var hasFirst = false;
        for (var i = 0; i < count; i++)
        {
            var message = messages[i];
            id[i] = message.Id;
            notBefore[i] = message.NotBefore?.UtcDateTime;
            delay[i] = message.ClaimedUntil is null ? message.Delay : ClaimedMessages.Window;
            message.GroupId = message.IsDelayed ? null : group;
            if (message.GroupId is not null)
            {
                groupId[i] = group;
                follows[i] = hasFirst;
                hasFirst = true;
            }

            messageId[i] = message.MessageId;
            destination[i] = message.Destination.ToString();
            messageTypes[i] = message.MessageTypes;
            contentType[i] = message.ContentType;
            body[i] = message.Body;
            envelope[i] = message.Envelope.ToJson();
            token[i] = message.Token;
        }

        return new NpgsqlBatchCommand(InsertText)
        {
            Parameters =
            {
                new NpgsqlParameter<bool> { TypedValue = announced },
                CreateArray(id, NpgsqlDbType.Uuid),
                CreateArray(notBefore, NpgsqlDbType.TimestampTz),
                CreateArray(delay, NpgsqlDbType.Interval),
                CreateArray(groupId, NpgsqlDbType.Uuid),
                CreateArray(follows, NpgsqlDbType.Boolean),
                CreateArray(messageId, NpgsqlDbType.Uuid),
                CreateArray(destination, NpgsqlDbType.Text),
                CreateArray(messageTypes, NpgsqlDbType.Text),
                CreateArray(contentType, NpgsqlDbType.Text),
                CreateArray(body, NpgsqlDbType.Bytea),
                CreateArray(envelope, NpgsqlDbType.Json),
                CreateArray(token, NpgsqlDbType.Uuid),
            },
        };
    }

    private static NpgsqlParameter<T[]> CreateArray<T>(T[] values, NpgsqlDbType type) =>
        new() { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type };
}
