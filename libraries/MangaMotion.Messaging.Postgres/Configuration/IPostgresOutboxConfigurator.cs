namespace MassTransit;

/// <summary>Settings of the outbox, named as in MassTransit's Entity Framework package.</summary>
public interface IPostgresOutboxConfigurator
{
    /// <summary>How long to wait at most before looking for rows that nobody signalled. Default 5 s.</summary>
    TimeSpan QueryDelay { get; set; }

    /// <summary>Rows delivered per batch, 1 to 10,000. Default 500.</summary>
    int QueryMessageLimit { get; set; }

    /// <summary>How long the broker may take to confirm a batch before the rest counts as failed. Default 10 s.</summary>
    TimeSpan SendTimeout { get; set; }

    /// <summary>How long the inbox recognises a duplicate. Default 30 min.</summary>
    TimeSpan DuplicateDetectionWindow { get; set; }

    /// <summary>Leaves purging the inbox to other instances.</summary>
    void DisableInboxCleanupService();

    /// <summary>Has <c>IPublishEndpoint</c> and <c>ISendEndpointProvider</c> of a scope write to the outbox.</summary>
    void UseBusOutbox(Action<IPostgresBusOutboxConfigurator>? configure = null);
}

public interface IPostgresBusOutboxConfigurator
{
    /// <summary>Leaves delivery to other instances.</summary>
    void DisableDeliveryService();
}
