using MangaMotion.Messaging.Postgres.Sagas;
using MassTransit.Configuration;
using MassTransit.Saga;
using Microsoft.EntityFrameworkCore;

namespace MassTransit;

/// <summary>Settings of a saga's Postgres repository.</summary>
public interface IPostgresSagaRepositoryConfigurator<TSaga>
    where TSaga : class, ISaga
{
    /// <summary>Uses a DbContext that maps the saga and is registered with <c>AddPostgresDbContext</c>.</summary>
    void ExistingDbContext<TDbContext>()
        where TDbContext : DbContext;
}

/// <summary>Registers saga repositories.</summary>
public static class PostgresSagaRepositoryRegistrationExtensions
{
    /// <summary>
    /// Stores the saga in a table mapped by a DbContext. Each event locks its instance, even before the instance exists. Concurrent events
    /// therefore run one after the other, and none is retried because of a conflict.
    /// </summary>
    public static ISagaRegistrationConfigurator<TSaga> PostgresRepository<TSaga>(
        this ISagaRegistrationConfigurator<TSaga> configurator, Action<IPostgresSagaRepositoryConfigurator<TSaga>> configure)
        where TSaga : class, ISaga
    {
        configurator.Repository(registration => configure(new PostgresSagaRepositoryConfigurator<TSaga>(registration)));
        return configurator;
    }
}

internal sealed class PostgresSagaRepositoryConfigurator<TSaga>(ISagaRepositoryRegistrationConfigurator<TSaga> registration)
    : IPostgresSagaRepositoryConfigurator<TSaga>
    where TSaga : class, ISaga
{
    public void ExistingDbContext<TDbContext>()
        where TDbContext : DbContext
    {
        registration.RegisterSagaRepository<
            TSaga, DbContext, SagaConsumeContextFactory<DbContext, TSaga>, PostgresSagaContextFactory<TSaga, TDbContext>>();
        registration.RegisterLoadSagaRepository<TSaga, PostgresSagaContextFactory<TSaga, TDbContext>>();
        registration.RegisterQuerySagaRepository<TSaga, PostgresSagaContextFactory<TSaga, TDbContext>>();
    }
}
