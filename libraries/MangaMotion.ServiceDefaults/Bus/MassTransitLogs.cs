using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MangaMotion.ServiceDefaults.Bus;

/// <summary>
/// Lowers errors that MassTransit logs because the broker is unavailable to Debug. MassTransit logs one with a stack trace for each message
/// in flight; the broker delivers these messages again. <see cref="BrokerWatch"/> logs the outage in one line. Other errors stay errors.
/// </summary>
internal sealed class MassTransitLogs(ILoggerFactory factory) : ILoggerFactory
{
    /// <summary>Puts this factory before that of the host, from which MassTransit takes its loggers.</summary>
    public static void Add(IServiceCollection services) =>
        services.Replace(ServiceDescriptor.Singleton<ILoggerFactory>(provider => new MassTransitLogs(new LoggerFactory(
            provider.GetServices<ILoggerProvider>(),
            provider.GetRequiredService<IOptionsMonitor<LoggerFilterOptions>>(),
            provider.GetRequiredService<IOptions<LoggerFactoryOptions>>()))));

    public ILogger CreateLogger(string categoryName)
    {
        var logger = factory.CreateLogger(categoryName);
        return categoryName.StartsWith("MassTransit", StringComparison.Ordinal) ? new OutageLogger(logger) : logger;
    }

    public void AddProvider(ILoggerProvider provider) => factory.AddProvider(provider);

    public void Dispose() => factory.Dispose();

    private sealed class OutageLogger(ILogger logger) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => logger.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => logger.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var isOutage = logLevel == LogLevel.Error && exception is not null && Outage.KindOf(exception) == Outage.Broker;
            logger.Log(isOutage ? LogLevel.Debug : logLevel, eventId, state, exception, formatter);
        }
    }
}
