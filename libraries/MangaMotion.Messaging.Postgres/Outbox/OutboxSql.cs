using Npgsql;
using NpgsqlTypes;

namespace MangaMotion.Messaging.Postgres.Outbox;

internal static class OutboxSql
{
    private const string InsertText =
        """
        INSERT INTO outbox (id, not_before, group_id, follows, announced, message_id, destination, message_types, content_type, body, envelope, token)
        SELECT m.id, coalesce(m.not_before, clock_timestamp() + m.delay, now()), m.group_id, m.follows, $1, m.message_id, m.destination, m.message_types, m.content_type, m.body, m.envelope, m.token
        FROM unnest($2::uuid[], $3::timestamptz[], $4::interval[], $5::uuid[], $6::boolean[], $7::uuid[], $8::text[], $9::text[], $10::text[], $11::bytea[], $12::json[], $13::uuid[])
             WITH ORDINALITY AS m (id, not_before, delay, group_id, follows, message_id, destination, message_types, content_type, body, envelope, token, position)
        ORDER BY m.position
        """;

    /// <summary>
    /// The due groups, whole, by their first rows. Locking only those is enough: nobody takes a row that follows another.
    /// $1 is how many rows at most; a group cut off by it is continued by <see cref="PromoteText"/>.
    /// </summary>
    public const string SelectText =
        """
        WITH due AS MATERIALIZED (
            SELECT id, seq, group_id FROM outbox
            WHERE NOT follows AND not_before <= now()
            ORDER BY not_before, seq LIMIT $1
            FOR UPDATE SKIP LOCKED)
        SELECT o.id, o.group_id, o.attempts, o.message_id, o.destination, o.message_types, o.content_type, o.body, o.envelope FROM (
            SELECT o.*, o.seq AS head FROM due JOIN outbox o ON o.id = due.id
            UNION ALL
            SELECT o.*, due.seq AS head FROM due JOIN outbox o ON o.group_id = due.group_id AND o.follows) o
        ORDER BY o.head, o.seq LIMIT $1
        """;

    public const string DeleteText = "DELETE FROM outbox WHERE id = ANY($1)";

    /// <summary>
    /// Rows that failed wait on their own from now on; the rest of their group does not wait for them. The jitter parts a
    /// message that the broker refuses, and so closes the channel, from those that failed only with it.
    /// </summary>
    public const string PostponeText =
        """
        UPDATE outbox o
        SET attempts = o.attempts + 1, last_error = f.error, follows = false, group_id = NULL,
            not_before = now() + make_interval(secs => least(60, 0.2 * power(2, least(o.attempts, 20)) * (0.5 + random())))
        FROM unnest($1::uuid[], $2::text[]) AS f (id, error)
        WHERE o.id = f.id
        """;

    /// <summary>Gives up a claim: whoever is able to delivers these rows.</summary>
    public const string ReleaseText = "UPDATE outbox SET not_before = now() WHERE id = ANY($1) AND NOT follows";

    /// <summary>Lets the oldest remaining row of a group lead it.</summary>
    public const string PromoteText =
        "UPDATE outbox SET follows = false WHERE group_id = $1 AND follows AND seq = (SELECT min(seq) FROM outbox WHERE group_id = $1)";

    /// <summary>Seconds until the next row is due. One that somebody is delivering is locked, and not to be waited for.</summary>
    public const string NextDueText =
        "SELECT extract(epoch FROM not_before - clock_timestamp())::float8 FROM outbox WHERE NOT follows ORDER BY not_before, seq LIMIT 1 FOR UPDATE SKIP LOCKED";

    public static NpgsqlBatchCommand Insert(IReadOnlyList<OutboxMessage> messages, bool announced)
    {
        // What is due at once leaves in order, so it is a group; what waits has a due time of its own.
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
        var led = false;
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
                follows[i] = led;
                led = true;
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
                Array(id, NpgsqlDbType.Uuid),
                Array(notBefore, NpgsqlDbType.TimestampTz),
                Array(delay, NpgsqlDbType.Interval),
                Array(groupId, NpgsqlDbType.Uuid),
                Array(follows, NpgsqlDbType.Boolean),
                Array(messageId, NpgsqlDbType.Uuid),
                Array(destination, NpgsqlDbType.Text),
                Array(messageTypes, NpgsqlDbType.Text),
                Array(contentType, NpgsqlDbType.Text),
                Array(body, NpgsqlDbType.Bytea),
                Array(envelope, NpgsqlDbType.Json),
                Array(token, NpgsqlDbType.Uuid),
            },
        };
    }

    public static NpgsqlParameter Array<T>(T[] values, NpgsqlDbType type) =>
        new NpgsqlParameter<T[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type };
}
