namespace MangaMotion.Messaging.Postgres.Outbox;

/// <summary>One row of <c>outbox</c>: a serialized message on its way to the broker.</summary>
public sealed class OutboxMessage
{
}
