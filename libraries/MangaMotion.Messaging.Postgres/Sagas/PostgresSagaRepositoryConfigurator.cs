using MangaMotion.Messaging.Postgres.Sagas;
using MassTransit.Configuration;
using MassTransit.Saga;
using Microsoft.EntityFrameworkCore;

namespace MassTransit;

public interface IPostgresSagaRepositoryConfigurator<TSaga>
    where TSaga : class, ISaga
{
    /// <summary>The DbContext that maps the saga; registered with <c>AddPostgresDbContext</c>.</summary>
    void ExistingDbContext<TDbContext>()
        where TDbContext : DbContext;
}

public static class PostgresSagaRepositoryRegistrationExtensions
{
    /// <summary>
    /// Keeps the saga in a table mapped by a DbContext. Each event locks its instance, existing or not yet, so that concurrent
    /// events follow one another and none is retried for a conflict.
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
        registration.RegisterSagaRepository<TSaga, DbContext, SagaConsumeContextFactory<DbContext, TSaga>, PostgresSagaContextFactory<TSaga, TDbContext>>();
        registration.RegisterLoadSagaRepository<TSaga, PostgresSagaContextFactory<TSaga, TDbContext>>();
        registration.RegisterQuerySagaRepository<TSaga, PostgresSagaContextFactory<TSaga, TDbContext>>();
    }
}
