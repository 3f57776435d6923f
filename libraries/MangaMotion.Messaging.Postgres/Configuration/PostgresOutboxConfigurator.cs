using MangaMotion.Messaging.Postgres.Inbox;
using MangaMotion.Messaging.Postgres.Outbox;
using MangaMotion.Messaging.Postgres.Scheduling;
using MangaMotion.Messaging.Postgres.Schema;
using MangaMotion.Messaging.Postgres.Sessions;
using MassTransit;
using MassTransit.DependencyInjection;
using MassTransit.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace MangaMotion.Messaging.Postgres.Configuration;

/// <summary>Collects the settings and registers the services of the outbox.</summary>
internal sealed class PostgresOutboxConfigurator(IBusRegistrationConfigurator configurator)
    : IPostgresOutboxConfigurator, IPostgresBusOutboxConfigurator
{
    private readonly PostgresOutboxOptions _options = new();
    private bool _busOutbox;

    public TimeSpan QueryDelay { get => _options.QueryDelay; set => _options.QueryDelay = RequirePositive(value, nameof(QueryDelay)); }

    public int QueryMessageLimit
    {
        get => _options.QueryMessageLimit;
        set => _options.QueryMessageLimit = value is >= 1 and <= 10_000
            ? value
            : throw new ConfigurationException($"QueryMessageLimit of the Postgres outbox is {value}; choose 1 to 10,000.");
    }

    public TimeSpan SendTimeout { get => _options.SendTimeout; set => _options.SendTimeout = RequirePositive(value, nameof(SendTimeout)); }

    public TimeSpan DuplicateDetectionWindow
    {
        get => _options.DuplicateDetectionWindow;
        set => _options.DuplicateDetectionWindow = RequirePositive(value, nameof(DuplicateDetectionWindow));
    }

    public void DisableInboxCleanupService() => _options.CleanupEnabled = false;

    public void DisableDeliveryService() => _options.DeliveryEnabled = false;

    public void UseBusOutbox(Action<IPostgresBusOutboxConfigurator>? configure = null)
    {
        _busOutbox = true;
        configure?.Invoke(this);
    }

    public void Register()
    {
        var services = (IServiceCollection)configurator;
        services.AddSchema(SchemaScripts.Messaging);
        services.AddSingleton(Microsoft.Extensions.Options.Options.Create(_options));
        services.TryAddSingleton<OutboxSignal>();
        services.TryAddSingleton<ClaimedMessages>();
        services.TryAddSingleton<OutboxSender>();
        services.TryAddSingleton<IOutbox, PostgresOutbox>();
        services.TryAddScoped<PostgresSession>();
        services.TryAddScoped<IPostgresSession>(provider => provider.GetRequiredService<PostgresSession>());
        services.TryAddScoped<IOutboxContextFactory<PostgresSession>, PostgresOutboxContextFactory>();
        services.TryAddScoped<PostgresOutboxContextFactory>();
        services.AddScoped(CreateScheduler);
        if (_busOutbox)
            configurator.ReplaceScoped<IScopedBusContextProvider<IBus>, SessionBusContextProvider>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, OutboxGauge>());
        if (_options.DeliveryEnabled)
        {
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, OutboxListener>());
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, OutboxDelivery>());
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ClaimedDelivery>());
        }

        if (_options.CleanupEnabled)
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, InboxCleanup>());
    }

    /// <summary>
    /// Creates the scope's scheduler. Its messages and cancellations commit with the session. In a consumer outside the outbox the session
    /// is never committed, so they are stored immediately.
    /// </summary>
    private static IMessageScheduler CreateScheduler(IServiceProvider provider)
    {
        var consume = provider.GetRequiredService<Bind<IBus, IScopedConsumeContextProvider>>().Value;
        var session = provider.GetRequiredService<PostgresSession>();
        return PostgresSchedulerFilter.CreateScheduler(
            provider, consume.HasContext ? PostgresSchedulerFilter.GetSessionFactory(consume.GetContext()) : () => session);
    }

    private static TimeSpan RequirePositive(TimeSpan value, string name) => value > TimeSpan.Zero
        ? value
        : throw new ConfigurationException($"{name} of the Postgres outbox is {value}; choose a time above zero.");
}
