namespace MassTransit;

/// <summary>Settings of the outbox, named as in MassTransit's Entity Framework package.</summary>
public interface IPostgresOutboxConfigurator
{
    /// <summary>Polling interval for rows without a signal. Default 5 s.</summary>
    TimeSpan QueryDelay { get; set; }

    /// <summary>Maximum number of rows in a batch, 1 to 10,000. Default 500.</summary>
    int QueryMessageLimit { get; set; }

    /// <summary>Time-out for the broker's confirms of a batch. Unconfirmed messages then count as failed. Default 10 s.</summary>
    TimeSpan SendTimeout { get; set; }

    /// <summary>Time for which the inbox recognises a duplicate. Default 30 min.</summary>
    TimeSpan DuplicateDetectionWindow { get; set; }

    /// <summary>Disables inbox cleanup in this process; another instance must run it.</summary>
    void DisableInboxCleanupService();

    /// <summary>Makes a scope's <c>IPublishEndpoint</c> and <c>ISendEndpointProvider</c> write to the outbox.</summary>
    void UseBusOutbox(Action<IPostgresBusOutboxConfigurator>? configure = null);
}

/// <summary>Settings of the bus outbox.</summary>
public interface IPostgresBusOutboxConfigurator
{
    /// <summary>Disables delivery in this process; another instance must run it.</summary>
    void DisableDeliveryService();
}
