namespace MangaMotion.Messaging.Postgres.Outbox;

/// <summary>Settings of delivery and inbox cleanup in this process. <c>AddPostgresOutbox</c> sets them.</summary>
internal sealed class PostgresOutboxOptions
{
    public bool DeliveryEnabled { get; set; } = true;

    public bool CleanupEnabled { get; set; } = true;

    public TimeSpan QueryDelay { get; set; } = TimeSpan.FromSeconds(5);

    public int QueryMessageLimit { get; set; } = 500;

    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(10);

    public TimeSpan DuplicateDetectionWindow { get; set; } = TimeSpan.FromMinutes(30);

    public TimeSpan CleanupInterval { get; set; } = TimeSpan.FromMinutes(1);
}
